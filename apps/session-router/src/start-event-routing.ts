import { consumeDoorbells, rememberReads, type Bus, type Consuming } from '@trunkline/bus';
import { sealReplyHandle, type SealingKeys } from '@trunkline/secrets';
import { createSessionStore, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';
import type { Metrics } from '@trunkline/telemetry';
import { openAttemptCount } from './attempt-count.ts';
import { followIncarnation } from './incarnation.ts';
import { openConversationLog } from './conversation-log.ts';
import { createDoorbellRouter } from './route-doorbell.ts';
import { trackUnbrokenRun } from './unbroken-run.ts';

const concurrency = 128;
/** Sessions and bindings that are in use now. */
const remembered = 20_000;
/** As long as turns are kept: whoever holds a turn can answer it. */
const handleLivesMs = 30 * 86_400_000;

/** Begins to judge events together with all other routers. */
export async function startEventRouting(parts: {
  bus: Bus;
  key: SealingKeys;
  metrics: Metrics;
  noteEveryMs: number;
}): Promise<Consuming> {
  const { bus, key, metrics, noteEveryMs } = parts;
  const incarnation = await followIncarnation(bus);
  const run = trackUnbrokenRun(bus.names.conversationOf);
  const sessions = rememberReads(bus.bucket<SessionRecord>('sessions'), { max: remembered });
  const bindings = rememberReads(bus.bucket<BindingRecord>('bindings'), { max: remembered });
  const store = createSessionStore({
    sessions,
    bindings,
    boundKeys: bus.bucket<BoundKey>('bindings'),
    now: Date.now,
    noteEveryMs,
  });
  const handle = createDoorbellRouter({
    bus,
    log: openConversationLog({ bus, run, incarnation: incarnation.current, random: Math.random }),
    judge: {
      names: bus.names,
      sessions: store,
      seal: (snapshot) => sealReplyHandle(snapshot, { key, expiresAt: Date.now() + handleLivesMs }),
    },
    attempts: openAttemptCount({ bucket: bus.bucket<{ count: number }>('progress'), incarnation: incarnation.current }),
    metrics,
    incarnation,
    now: Date.now,
  });
  const doorbells = consumeDoorbells({ handle, concurrency, onArrival: run.onArrival }, bus);
  return {
    async drain() {
      await doorbells.drain();
      for (const each of [sessions, bindings]) each.stop();
    },
  };
}
