export { canonicalJson, sha256Hex } from './canonical-json.ts';
export { connectorKinds, connectorKindSchema, connectorRefSchema, type ConnectorKind, type ConnectorRef } from './connector-ref.ts';
export { deliverySchema, readDelivery, type Delivery } from './delivery.ts';
export {
  attachmentSchema,
  eventDataContentSchema,
  eventDataSchema,
  eventSchema,
  eventTypes,
  readEvent,
  type Attachment,
  type EventData,
  type EventType,
  type TrunklineEvent,
} from './event.ts';
export { eventFingerprint } from './fingerprint.ts';
export { deliveryIdOf, outputIdOf, turnIdOf } from './ids.ts';
export { outputSchema, readOutput, type Output, type OutputPart } from './output.ts';
export { describeIssues, type Read } from './read.ts';
export { readReceipt, receiptSchema, type Receipt } from './receipt.ts';
export {
  budgetScope,
  canonicalTarget,
  replyTargetSchema,
  ReplyTargetInvalidError,
  targetConnector,
  targetKey,
  type ReplyHandle,
  type ReplyTarget,
} from './reply-target.ts';
export {
  capabilityScopeSchema,
  credentialScopeSchema,
  normalizeScopeList,
  scopeAllows,
  sessionPolicySchema,
  type CapabilityScope,
  type CredentialScope,
  type SessionPolicy,
} from './session-policy.ts';
export { readTurn, turnSchema, type Turn } from './turn.ts';
