import { busHeaders, runLanes, type Bus, type LaneWorker } from '@trunkline/bus';
import { routeOutput, type RouteOutputDeps } from '@trunkline/reply-routing';
import { openReplyHandle, type SealingKeys } from '@trunkline/secrets';
import { createSessionStore, type BindingRecord, type SessionRecord } from '@trunkline/sessions';
import { withSpan, type Metrics } from '@trunkline/telemetry';

/** Begins to route outputs into deliveries, in this router's share of the lanes of OUTPUTS. */
export async function startOutputRouting(parts: {
  bus: Bus;
  key: SealingKeys;
  metrics: Metrics;
  worker: string;
}): Promise<LaneWorker> {
  const { bus, metrics, worker } = parts;
  const deps = routingDeps(parts);
  const lanes = await runLanes(
    {
      group: 'reply-routing',
      worker,
      stream: 'OUTPUTS',
      filter: bus.names.outputsOfLane,
      keyOf: (subject) => subject,
      async handle(message) {
        const parent = message.headers[busHeaders.traceparent];
        const routed = await withSpan('route output', { kind: 'consumer', parent }, () => routeOutput(message, deps));
        metrics.count('outputs_total', { outcome: routed.outcome });
        if (routed.outcome === 'dead')
          bus.log.error({ seq: message.seq, code: routed.code, detail: routed.detail }, 'output.dead');
        return 'done';
      },
    },
    bus,
  );
  metrics.watch('lanes_owned', { work: 'outputs' }, () => lanes.owned().length);
  return lanes;
}

function routingDeps({ bus, key }: { bus: Bus; key: SealingKeys }): RouteOutputDeps {
  const sessions = createSessionStore({
    sessions: bus.bucket<SessionRecord>('sessions'),
    bindings: bus.bucket<BindingRecord>('bindings'),
    now: Date.now,
  });
  return {
    bus,
    now: Date.now,
    openHandle: (sealed) => openReplyHandle(sealed, { key, now: Date.now() }),
    sessionDefaults: async (sessionId) => (await sessions.find(sessionId))?.reply_targets ?? [],
    // HTTP connectors have no allowlists; the gateway of each kind that has them checks again before it delivers.
    allowed: () => ({ allowed: true }),
  };
}
