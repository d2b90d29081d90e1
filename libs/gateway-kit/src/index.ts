export { readyConnector, refuseAuthentication, type FailureDeps, type Granted } from './access.ts';
export { createAdmittedEmitter, type EmitPackage } from './admitted-emitter.ts';
export { jsonAnswer, problemAnswer, retryAfter, sendAnswer, sendProblem, type Answer } from './answer.ts';
export {
  answerOperators,
  type Explain,
  type OperatorParts,
  type Probe,
  type ReadLog,
  type Simulate,
} from './answer-operators.ts';
export { answerRequests, type AnswerRequestsDeps, type HandledRequest } from './answer-requests.ts';
export { assetUrlPurpose, createAssetUrls, type AssetPlace, type AssetUrls } from './asset-urls.ts';
export { createAuthFailures, type AuthFailure, type AuthFailureOptions, type AuthFailures } from './auth-failures.ts';
export {
  cameOverTls,
  clientAddress,
  noTrustedProxies,
  parseTrustedProxies,
  type TrustedProxies,
} from './client-address.ts';
export { callOwnIngress, type OwnIngress, type TrialRequest } from './call-own-ingress.ts';
export { deliveryConnectors } from './delivery-connectors.ts';
export { createEmitter, type EmitOutcome, type EmitRequest, type Emitter, type EmitterDeps } from './emitter.ts';
export { answerOf, receiptAnswer, receiptPath, type AnswerFor } from './event-answer.ts';
export { gatewayOptions } from './gateway-options.ts';
export { findReceipt } from './find-receipt.ts';
export {
  AddressRefusedError,
  createGuardedAgent,
  resolveWithSystem,
  type ResolvedAddress,
  type ResolveHost,
} from './guarded-agent.ts';
export { type CallOutcome } from './guarded-call.ts';
export {
  createGuardedFetch,
  type FetchOutcome,
  type GuardedFetch,
  type GuardedFetchDeps,
  type OutgoingRequest,
} from './guarded-fetch.ts';
export { checkUrl, type RefusalReason, type UrlCheck } from './guarded-url.ts';
export {
  createIngressApp,
  type IngressHandler,
  type IngressLog,
  type IngressMethod,
  type IngressRequest,
  type IngressRoute,
} from './ingress-app.ts';
export { maxInlineAssets, readInlineAsset, type InlineAsset } from './inline-asset.ts';
export { listen, type IngressServer, type ListenOptions } from './listen.ts';
export { localUrl } from './local-url.ts';
export { type LiveContext, type LivePresenter, type LiveUpdated } from './live-presenter.ts';
export { addressAllowed, networkPolicy, type NetworkPolicy, type PolicyOptions } from './network-policy.ts';
export { noteIgnored, type IgnoredEvent } from './note-ignored.ts';
export { openConnectors } from './open-connectors.ts';
export { openIntake, type Intake } from './open-intake.ts';
export { packEvent, type EventDraft, type EventPackage, type ObjectToStore } from './pack-event.ts';
export { maxJsonDepth, parseJson, type JsonRead } from './parse-json.ts';
export { createRateLimit, type RateLimit, type RateLimitDeps } from './rate-limit.ts';
export { findPresented } from './presented.ts';
export { preferredWaitMs } from './prefer-wait.ts';
export { readBody, type BodyRead } from './read-body.ts';
export { reportStatus, type ReportStatusParts, type StatusReporter } from './report-status.ts';
export { bearerToken, equalInConstantTime, queryOf, repeatedHeader } from './request-headers.ts';
export { type Check, type Found } from './run-checks.ts';
export { runDeliveries, type RunDeliveriesOptions, type RunningDeliveries } from './run-deliveries.ts';
export { serveAsset, type FetchedAsset } from './serve-asset.ts';
export { startDeliveries, type DeliveryParts, type DeliveryStatus } from './start-deliveries.ts';
export { startLive, type LiveOptions, type LiveShowing, type OpenHandle } from './start-live.ts';
export { type ConnectorDescription, type StatusNotes } from './status-board.ts';
export { createTokenBank, type AccountState, type TokenAccount, type TokenBank } from './token-bank.ts';
export { type Take } from './token-lease.ts';
