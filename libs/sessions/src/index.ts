export { isIdle, noteActive, noteEveryMs, type IdleRule } from './activity.ts';
export { explainSession, type ExplainedSession } from './explain-session.ts';
export {
  createSession,
  editSession,
  endSession,
  finishEnd,
  type EndSessionDeps,
  type Managed,
  type SessionLife,
} from './manage-session.ts';
export { policyConflict, withPolicy } from './policy.ts';
export { resolveSession, type Resolution, type SkipCode } from './resolve-session.ts';
export {
  bindingKey,
  boundKeysOf,
  sessionKey,
  type BindingRecord,
  type BoundKey,
  type SessionRecord,
} from './session-record.ts';
export { createSessionStore, type Holder, type SessionStore, type SessionStoreDeps } from './session-store.ts';
