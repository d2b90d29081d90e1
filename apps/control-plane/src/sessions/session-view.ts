import type { Bus } from '@trunkline/bus';
import type { SessionSummary, SessionView } from '@trunkline/control-api';
import { bindingKey, boundKeysOf, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';

type SessionBus = Pick<Bus, 'bucket' | 'read' | 'names'>;

/**
 * A session as a list shows it. Its last turn is looked for in the conversation that the record names: for any, the server looks
 * through the names of all conversations, 20 ms for 100,000.
 */
export async function sessionSummary(
  record: SessionRecord,
  bus: Pick<SessionBus, 'read' | 'names'>,
): Promise<SessionSummary> {
  const { session_id, generation, connector, created_at, ended_at, active_at, conversation, persona_id } = record;
  const { capability_scope, credential_scope, reply_targets = [] } = record;
  const newestOf = conversation === undefined ? undefined : bus.names.turn(conversation, session_id);
  const lastTurn = newestOf === undefined ? undefined : await bus.read('TURNS', { newestOf });
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

/** A session with the keys that lead to it, and its last turn in any conversation. */
export async function sessionView(record: SessionRecord, bus: SessionBus): Promise<SessionView> {
  const newestOf = bus.names.turnsOfSession(record.session_id);
  const [summary, lastTurn, binding_keys] = await Promise.all([
    sessionSummary(record, bus),
    bus.read('TURNS', { newestOf }),
    bindingKeysOf(record, bus),
  ]);
  return { ...summary, last_turn_at: lastTurn?.time.toISOString(), binding_keys };
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
