export { followSecretViews, type FollowedSecretViews } from './follow-secret-views.ts';
export { type UnreadableSecret } from './check-secrets.ts';
export { followKeyring, type FollowedKeyring, type FollowKeyringOptions } from './follow-keyring.ts';
export { deriveKey, deriveKeyring, generateKey, parseKeyring, type Keyring } from './keyring.ts';
export { loadKeyring, masterKeyFileVariable, masterKeyVariable, type LoadedKeyring } from './load-keyring.ts';
export { type SecretRead } from './read-secret.ts';
export { redact } from './redact.ts';
export { conventionalReference, gatewayPurposes, mayUse } from './reference.ts';
export { type RekeyReport } from './rekey.ts';
export {
  openReplyHandle,
  replyHandlePurpose,
  sealReplyHandle,
  type OpenedReplyHandle,
  type ReplySnapshot,
} from './reply-handle.ts';
export {
  resolveSecret,
  type ResolvedSecret,
  type ResolveSecretDeps,
  type SecretOrigin,
  type SecretSources,
} from './resolve-secret.ts';
export { openSealedText, sealText, type UnsealedReason } from './sealed-text.ts';
export { type SealingKeys } from './sealing-keys.ts';
export { Secret, secretMask, secretOf, validSecrets, type SecretFacts } from './secret.ts';
export {
  KeyringInvalidError,
  KeyringScopeError,
  KeyringWrongError,
  SecretBusyError,
  SecretInvalidError,
  SecretUnreadableError,
} from './secret-errors.ts';
export { createSecretStore, type SecretStore, type SecretStoreDeps } from './secret-store.ts';
export { type SecretSet } from './set-secret.ts';
export { type SecretVersionView, type SecretView } from './secret-view.ts';
