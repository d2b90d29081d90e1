import { routingBacklog, streamSizes, type Bus } from '@trunkline/bus';
import type { Overview, overviewRoutes } from '@trunkline/control-api';
import { countDeliveries } from '@trunkline/deliveries';
import type { FollowedSecretViews } from '@trunkline/secrets';
import type { ConnectorIndex } from '../connectors/connector-index.ts';
import { knownState } from '../connectors/connector-view.ts';
import type { FollowedStatus } from '../gateways/follow-status.ts';
import { startOne } from '../gateways/start-one.ts';
import type { HandlersOf } from '../operation.ts';
import { paced } from './paced.ts';
import { trafficSeries } from './traffic-series.ts';

export interface OverviewDeps {
  bus: Bus;
  index: Pick<ConnectorIndex, 'sorted' | 'liveState'>;
  secretViews: Pick<FollowedSecretViews, 'view'>;
  status: Pick<FollowedStatus, 'gateways' | 'traffic'>;
  routers: { live(): number };
  now: () => number;
}

/** How the installation is. */
export function overviewHandlers(deps: OverviewDeps): HandlersOf<typeof overviewRoutes> {
  const { bus, status, routers, now } = deps;
  const deliveries = paced(async () => ({
    counted_at: new Date(now()).toISOString(),
    ...(await countDeliveries(bus)),
  }));
  return {
    async getOverview() {
      const [eventsWaiting, streams, counts] = await Promise.all([routingBacklog(bus), streamSizes(bus), deliveries()]);
      const at = now();
      return {
        answer: {
          at: new Date(at).toISOString(),
          problems: missingParts(deps),
          gateways: status.gateways(),
          routers: routers.live(),
          connectors: connectorStates(deps),
          events_waiting: eventsWaiting,
          deliveries: counts,
          streams,
          ...trafficSeries(status.traffic(), at),
        },
      };
    },
  };
}

function connectorStates(deps: Pick<OverviewDeps, 'index' | 'secretViews'>): Overview['connectors'] {
  const counts = { ready: 0, degraded: 0, disabled: 0, unknown: 0 };
  for (const entry of deps.index.sorted()) counts[knownState(entry, deps).state] += 1;
  return counts;
}

function missingParts({ index, status, routers }: Pick<OverviewDeps, 'index' | 'status' | 'routers'>) {
  const problems: Overview['problems'] = [];
  if (routers.live() === 0) {
    const detail = 'No session router runs: events are stored and wait, and so do outputs.';
    problems.push({ part: 'session-router', detail, fix: startOne('session-router') });
  }
  const wanted = new Set(index.sorted().flatMap(({ kind, state }) => (state === 'disabled' ? [] : [kind])));
  for (const kind of wanted) {
    if (status.gateways(kind).length > 0) continue;
    const part = `${kind}-gateway`;
    problems.push({
      part,
      detail: `No ${kind} gateway runs, and there are connectors of its kind.`,
      fix: startOne(part),
    });
  }
  return problems;
}
