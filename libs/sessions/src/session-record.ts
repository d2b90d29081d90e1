import { token } from '@trunkline/bus';
import type { ConnectorRef, EventData, ReplyHandle } from '@trunkline/events';

type Scope = Record<string, string[] | undefined>;

/** A session as the bucket keeps it. A session that ended leaves its record behind as a tombstone: its generation is never used again. */
export interface SessionRecord {
  v: 1;
  session_id: string;
  /** Counts the lives of a session id, from 1. */
  generation: number;
  created_at: string;
  ended_at?: string;
  /** When something last happened in it, as exact as `noteActive` keeps it. Missing in records of before that was noted. */
  active_at?: string;
  /** Token of the conversation that was noted with it: where a turn of it is found without looking through all conversations. */
  conversation?: string;
  /** Whose event made it; missing where an operator did. */
  connector?: ConnectorRef;
  persona_id?: string;
  capability_scope: Scope;
  credential_scope: Scope;
  /** Defaults for outputs that bring no target of their own. Changed through the API only. */
  reply_targets?: ReplyHandle[];
}

/** Which session a binding key points to. */
export interface BindingRecord {
  v: 1;
  key: string;
  session_id: string;
  generation: number;
}

/** That a key is or was bound to a session: what its end looks through. Whose the key is now, only the binding says. */
export interface BoundKey {
  v: 1;
  key: string;
  generation: number;
}

/** What a new session is made from. */
export interface NewLife {
  policy: Pick<EventData['session']['policy'], 'persona_id' | 'capability_scope' | 'credential_scope'>;
  connector?: ConnectorRef;
  conversation?: string | undefined;
}

/** A session at the beginning of one of its lives. */
export function newSession(
  sessionId: string,
  { policy, connector, conversation, generation, now }: NewLife & { generation: number; now: number },
): SessionRecord {
  const at = new Date(now).toISOString();
  return {
    v: 1,
    session_id: sessionId,
    generation,
    created_at: at,
    active_at: at,
    ...(connector && { connector }),
    ...(conversation !== undefined && { conversation }),
    ...(policy.persona_id && { persona_id: policy.persona_id }),
    capability_scope: policy.capability_scope,
    credential_scope: policy.credential_scope,
  };
}

export const sessionKey = (sessionId: string): string => token(sessionId);
export const bindingKey = (key: string): string => token(key);
/** In the bucket of the bindings, where keys of bindings have one token. */
export const boundKeyKey = (sessionId: string, key: string): string => `${sessionKey(sessionId)}.${bindingKey(key)}`;
/** All of a session's. */
export const boundKeysOf = (sessionId: string): string => `${sessionKey(sessionId)}.*`;
