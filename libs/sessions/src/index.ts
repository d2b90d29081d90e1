export { explainSession, type ExplainedSession } from './explain-session.ts';
export { policyConflict } from './policy.ts';
export { resolveSession, type Resolution, type SkipCode } from './resolve-session.ts';
export { bindingKey, sessionKey, type BindingRecord, type SessionRecord } from './session-record.ts';
export { createSessionStore, type Holder, type SessionStore, type SessionStoreDeps } from './session-store.ts';
