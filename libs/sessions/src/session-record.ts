import { token } from '@trunkline/bus';
import type { ReplyHandle } from '@trunkline/events';

type Scope = Record<string, string[] | undefined>;

/** A session as the bucket keeps it. A session that ended leaves its record behind as a tombstone: its generation is never used again. */
export interface SessionRecord {
  v: 1;
  session_id: string;
  /** Counts the lives of a session id, from 1. */
  generation: number;
  created_at: string;
  ended_at?: string;
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

export const sessionKey = (sessionId: string): string => token(sessionId);
export const bindingKey = (key: string): string => token(key);
