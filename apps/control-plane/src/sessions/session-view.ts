import type { Bus } from '@trunkline/bus';
import type { SessionSummary, SessionView } from '@trunkline/control-api';
import { bindingKey, boundKeysOf, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';

type SessionBus = Pick<Bus, 'bucket' | 'read' | 'names'>;

/** A session as it is now; when its last turn was is read from the turns themselves. */
export async function sessionSummary(
  record: SessionRecord,
  bus: Pick<SessionBus, 'read' | 'names'>,
): Promise<SessionSummary> {
  const { session_id, generation, connector, created_at, ended_at, active_at, persona_id } = record;
  const { capability_scope, credential_scope, reply_targets = [] } = record;
  const lastTurn = await bus.read('TURNS', { newestOf: bus.names.turnsOfSession(session_id) });
  return {
    session_id,
    generation,
    state: ended_at === undefined ? 'active' : 'ended',
    connector,
    created_at,
    ended_at,
    last_turn_at: lastTurn?.time.toISOString(),
    active_at,
    persona_id,
    capability_scope,
    credential_scope,
    reply_targets,
  };
}

/** A session with the keys that lead to it. */
export async function sessionView(record: SessionRecord, bus: SessionBus): Promise<SessionView> {
  const [summary, binding_keys] = await Promise.all([sessionSummary(record, bus), bindingKeysOf(record, bus)]);
  return { ...summary, binding_keys };
}

async function bindingKeysOf({ session_id, generation }: SessionRecord, bus: SessionBus): Promise<string[]> {
  const keys = (await bus.bucket<BoundKey>('bindings').few(boundKeysOf(session_id))).map(({ value }) => value.key);
  const bindings = bus.bucket<BindingRecord>('bindings');
  const entries = await Promise.all(keys.map((key) => bindings.get(bindingKey(key))));
  const own = entries.filter(
    (entry) => entry?.value.session_id === session_id && entry.value.generation === generation,
  );
  return own.flatMap((entry) => (entry ? [entry.value.key] : [])).sort();
}
