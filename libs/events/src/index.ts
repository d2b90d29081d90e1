export { asyncApiDocument } from './asyncapi.ts';
export { canonicalJson, canonicalJsonOfAnyText, sha256Hex } from './canonical-json.ts';
export {
  connectorKinds,
  connectorKindSchema,
  connectorRefSchema,
  type ConnectorKind,
  type ConnectorRef,
} from './connector-ref.ts';
export {
  connectorStatusSchema,
  readStatusReport,
  readStatusWanted,
  type ConnectorStatus,
  type StatusReport,
  type StatusWanted,
} from './connector-status.ts';
export { deliverySchema, readDelivery, type Delivery } from './delivery.ts';
export { attachmentSchema, eventDataContentSchema, type Attachment, type EventData } from './event-data.ts';
export { eventDataSchema, eventSchema, eventTypes, readEvent, type EventType, type TrunklineEvent } from './event.ts';
export { type Grant } from './grant.ts';
export { eventFingerprint, type SaidBySender } from './fingerprint.ts';
export {
  admissionSchema,
  explainedEventSchema,
  platformRequestSchema,
  probeCheckSchema,
  readGatewayAnswer,
  readGatewayQuestion,
  sidecarLineSchema,
  type Admission,
  type ExplainedEvent,
  type GatewayAnswer,
  type GatewayQuestion,
  type PlatformRequest,
  type ProbeCheck,
  type SidecarLine,
  type SimulatedMessage,
  type Simulation,
} from './gateway-question.ts';
export { deliveryIdOf, outputIdOf, turnIdOf } from './ids.ts';
export { jsonDepth } from './json-depth.ts';
export { eventSchemas, type JsonSchema } from './json-schemas.ts';
export { liveSchema, readLive, type Live } from './live.ts';
export { maxInlineBytes, outputSchema, readOutput, type Output, type OutputPart } from './output.ts';
export { describeIssues, type Read } from './read.ts';
export { readReceipt, receiptSchema, type Receipt } from './receipt.ts';
export { budgetScope, replyHandleSchema, targetConnector, targetKey, type ReplyHandle } from './reply-handle.ts';
export { canonicalTarget, ReplyTargetInvalidError, replyTargetSchema, type ReplyTarget } from './reply-target.ts';
export { sessionIdSchema } from './session-id.ts';
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
export { type ConnectorTraffic, type Durations, type TrafficSlot } from './traffic.ts';
export { readTurn, turnSchema, type Turn } from './turn.ts';
export { userMetadataSchema } from './user-metadata.ts';
