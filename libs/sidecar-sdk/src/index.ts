export type { UploadOptions } from './assets.ts';
export { createSidecar, type Sidecar, type SidecarOptions } from './create-sidecar.ts';
export type { Deliver } from './deliver-once.ts';
export { memoryDeliveryStore, type DeliveryStore } from './delivery-store.ts';
export type { Environment, GatewayOptions } from './environment.ts';
export type { SidecarHealth } from './health-state.ts';
export {
  batchItemResultSchema,
  batchRequestSchema,
  batchResultSchema,
  credentialSchema,
  eventRequestSchema,
  eventResultSchema,
  sidecarEventSchema,
  uploadedAssetSchema,
  type BatchItemResult,
  type Credential,
  type EventRequest,
  type EventResult,
  type NewEvent,
  type SidecarEvent,
  type UploadedAsset,
} from './ingress-contract.ts';
export { jsonLog, type SidecarLog } from './log.ts';
export { deliveryHeaders, ingressVersion, inheritedVariables, limits, runtimeVersion } from './protocol.ts';
export {
  assetSchema,
  deliveryAnswerSchema,
  deliverySchema,
  healthSchema,
  manifestSchema,
  type Asset,
  type Capabilities,
  type Delivery,
  type DeliveryAnswer,
  type DeliveryPart,
  type DeliveryRequest,
  type Health,
  type HealthStatus,
  type Manifest,
} from './runtime-contract.ts';
export { retryable, SidecarError, terminal, type GatewayRefusal, type SidecarErrorCode } from './sidecar-error.ts';
export type { SubmitQueueOptions } from './submit-queue.ts';
