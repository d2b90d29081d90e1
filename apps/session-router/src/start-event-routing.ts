import { consumeDoorbells, incarnationOf, type Bus, type Consuming } from '@trunkline/bus';
import { sealReplyHandle, type SealingKeys } from '@trunkline/secrets';
import { createSessionStore, type BindingRecord, type SessionRecord } from '@trunkline/sessions';
import type { Metrics } from '@trunkline/telemetry';
import { openAttemptCount } from './attempt-count.ts';
import { openConversationLog } from './conversation-log.ts';
import { createDoorbellRouter } from './route-doorbell.ts';

const concurrency = 128;
/** As long as turns are kept: whoever holds a turn can answer it. */
const handleLivesMs = 30 * 86_400_000;

/** Begins to judge events together with all other routers. */
export async function startEventRouting(parts: { bus: Bus; key: SealingKeys; metrics: Metrics }): Promise<Consuming> {
  const { bus, key, metrics } = parts;
  const incarnation = await followIncarnation(bus);
  const sessions = createSessionStore({
    sessions: bus.bucket<SessionRecord>('sessions'),
    bindings: bus.bucket<BindingRecord>('bindings'),
    now: Date.now,
  });
  const handle = createDoorbellRouter({
    bus,
    log: openConversationLog({ bus, incarnation, random: Math.random }),
    judge: {
      names: bus.names,
      sessions,
      seal: (snapshot) => sealReplyHandle(snapshot, { key, expiresAt: Date.now() + handleLivesMs }),
    },
    attempts: openAttemptCount({ bucket: bus.bucket<{ count: number }>('progress'), incarnation }),
    metrics,
    now: Date.now,
  });
  return consumeDoorbells({ handle, concurrency }, bus);
}

/** EVENTS can only be made anew while nobody is served, which a router sees as a lost connection. */
async function followIncarnation(bus: Bus): Promise<() => string> {
  let created = await incarnationOf('EVENTS', bus);
  bus.onState((state) => {
    if (state !== 'connected') return;
    incarnationOf('EVENTS', bus).then(
      (now) => (created = now),
      (error: unknown) => bus.log.warn({ err: error }, 'incarnation.unknown'),
    );
  });
  return () => created;
}
