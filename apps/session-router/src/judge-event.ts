import type { Names, StoredMessage } from '@trunkline/bus';
import { readEvent, turnIdOf, type Turn, type TrunklineEvent } from '@trunkline/events';
import { snapshotTargets } from '@trunkline/reply-routing';
import { resolveSession, type SessionStore } from '@trunkline/sessions';

/** What an event becomes. `wait`: a newer version wrote it, and only a newer router may judge it. */
export type Verdict =
  { outcome: 'turn'; turn: Turn } | { outcome: 'skip'; skip: Skip } | { outcome: 'wait'; reason: string };

/** An event that became no turn, and why: kept beside the turns, so that nothing is judged twice. */
export interface Skip {
  v: 1;
  event_id: string;
  connector: { kind: string; name: string };
  code: string;
  reason: string;
  event?: TrunklineEvent;
}

export interface JudgeDeps {
  names: Names;
  sessions: SessionStore;
  /** Seals the snapshot of a turn's reply targets. */
  seal(
    snapshot: Pick<Turn, 'turn_id' | 'reply_targets' | 'output_subject'> & {
      session_id: string;
      generation: number;
      event_id: string;
    },
  ): string;
}

/** Decides what an event becomes; makes and binds its session on the way. Repeatable: the same event becomes the same turn. */
export async function judgeEvent(stored: StoredMessage, seq: number, deps: JudgeDeps): Promise<Verdict> {
  const read = readEvent(stored.json());
  if (!read.ok) {
    if (read.reason === 'unknown_version') return { outcome: 'wait', reason: read.problems.join('; ') };
    return { outcome: 'skip', skip: unreadable(stored, read.problems) };
  }
  const event = read.value;
  const conversationToken = deps.names.conversationOf(stored.subject);
  const resolution = await resolveSession({ ...event.data, conversationToken }, deps.sessions);
  if (resolution.outcome === 'skip') return { outcome: 'skip', skip: skipOf(event, resolution) };

  const { session_id, generation, persona_id, capability_scope, credential_scope } = resolution.session;
  const turn_id = turnIdOf(event.data.connector.kind, event.data.connector.name, event.id);
  const { targets: reply_targets } = snapshotTargets(event.data);
  const output_subject = deps.names.output(session_id);
  const turn: Turn = {
    v: 1,
    turn_id,
    session: { session_id, generation, ...(persona_id && { persona_id }), capability_scope, credential_scope },
    seq,
    event,
    reply_targets,
    reply_handle: deps.seal({ session_id, generation, turn_id, event_id: event.id, reply_targets, output_subject }),
    output_subject,
    ...(resolution.foreignKeys.length && { notes: { foreign_keys: resolution.foreignKeys } }),
  };
  return { outcome: 'turn', turn };
}

/** The skip of an event that routers failed at again and again; it is kept whole, for a replay after the fault is mended. */
export function poisonSkip(stored: StoredMessage): Skip {
  const read = readEvent(stored.json());
  const found = { code: 'poison', reason: 'Routing this event failed five times.' };
  return read.ok ? skipOf(read.value, found) : { ...unreadable(stored, read.problems), ...found };
}

function skipOf(event: TrunklineEvent, found: { code: string; reason: string }): Skip {
  const { kind, name } = event.data.connector;
  return { v: 1, event_id: event.id, connector: { kind, name }, code: found.code, reason: found.reason, event };
}

function unreadable(stored: StoredMessage, problems: string[]): Skip {
  const [, , kind = '', name = ''] = stored.subject.split('.');
  return {
    v: 1,
    event_id: String(stored.seq),
    connector: { kind, name },
    code: 'invalid_event',
    reason: problems.join('; '),
  };
}
