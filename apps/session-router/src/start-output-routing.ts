import { busHeaders, routerGroup, runLanes, type Bus, type LaneWorker } from '@trunkline/bus';
import { connectorAllows } from '@trunkline/config';
import { targetConnector } from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import { routeOutput, type RouteOutputDeps } from '@trunkline/reply-routing';
import { openReplyHandle, type SealingKeys } from '@trunkline/secrets';
import { createSessionStore, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';
import { traceparentOf, withSpan, type Metrics } from '@trunkline/telemetry';
import { noteOutputs } from './note-outputs.ts';

/** Begins to route outputs into deliveries, in this router's share of the lanes of OUTPUTS. */
export async function startOutputRouting(parts: {
  bus: Bus;
  key: SealingKeys;
  metrics: Metrics;
  worker: string;
  inventory: Pick<Inventory, 'get'>;
  noteEveryMs: number;
}): Promise<LaneWorker> {
  const { bus, metrics, worker, noteEveryMs } = parts;
  const deps = routingDeps(parts);
  const note = noteOutputs({ sessions: bus.bucket('sessions'), now: Date.now, noteEveryMs });
  const lanes = await runLanes(
    {
      group: routerGroup,
      worker,
      stream: 'OUTPUTS',
      filter: bus.names.outputsOfLane,
      keyOf: (subject) => subject,
      async handle(message) {
        const parent = message.headers[busHeaders.traceparent];
        const routed = await withSpan('route output', { kind: 'consumer', parent }, (span) =>
          routeOutput(message, deps, traceparentOf(span)),
        );
        metrics.count('outputs_total', { outcome: routed.outcome });
        if (routed.outcome === 'dead') {
          metrics.count('dead_letters_total', { kind: '_', connector: '_', reason: routed.code });
          bus.log.error({ seq: message.seq, code: routed.code, detail: routed.detail }, 'output.dead');
        }
        await note(bus.names.sessionOf(message.subject));
        return 'done';
      },
    },
    bus,
  );
  metrics.watch('lanes_owned', { work: 'outputs' }, () => lanes.owned().length);
  return lanes;
}

function routingDeps(parts: { bus: Bus; key: SealingKeys; inventory: Pick<Inventory, 'get'> }): RouteOutputDeps {
  const { bus, key, inventory } = parts;
  const sessions = createSessionStore({
    sessions: bus.bucket<SessionRecord>('sessions'),
    bindings: bus.bucket<BindingRecord>('bindings'),
    boundKeys: bus.bucket<BoundKey>('bindings'),
    now: Date.now,
  });
  return {
    bus,
    now: Date.now,
    openHandle: (sealed) => openReplyHandle(sealed, { key, now: Date.now() }),
    sessionDefaults: async (sessionId) => (await sessions.find(sessionId))?.reply_targets ?? [],
    allowed(target) {
      const { kind, name } = targetConnector(target);
      // A connector that is not there yet may come; its gateway judges again before it delivers.
      const config = inventory.get(kind, name)?.config;
      return config ? connectorAllows(config, target) : { allowed: true };
    },
  };
}
