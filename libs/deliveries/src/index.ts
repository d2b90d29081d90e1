export { createConcurrencyBudget, createRateBudget, type Budget, type RateLimit, type Release } from './budget.ts';
export { systemClock, type Clock } from './clock.ts';
export { countDeliveries, type DeliveryCounts } from './count-deliveries.ts';
export { type Deliverer, type Reconciled, type Step, type StepContext, type StepOutcome } from './deliverer.ts';
export {
  createDeliveryHandler,
  type Connectors,
  type DeliveryMessage,
  type DeliveryHandler,
  type DeliveryHandlerDeps,
} from './delivery-handler.ts';
export { deliveryLanes } from './delivery-lanes.ts';
export { deliverySubject, enqueueDelivery } from './enqueue-delivery.ts';
export { DeliveryNotFoundError, DeliveryVersionUnknownError } from './errors.ts';
export { findDelivery } from './find-delivery.ts';
export { findPlatformIds, type FoundPlatformIds } from './find-platform-ids.ts';
export { getDelivery, listDeliveries, type DeliveryFilter, type DeliveryPage } from './list-deliveries.ts';
export { type OnUnknown } from './next-step.ts';
export {
  deliveryStates,
  isSettled,
  platformIdsOf,
  progressKey,
  type Attempt,
  type DeliveryState,
  type ProgressRecord,
  type SettledState,
  type StateReason,
} from './progress-record.ts';
export { type Allowed, type ConnectorState } from './readiness.ts';
export { replayDelivery, type Replayed } from './replay-delivery.ts';
export { cancelDelivery, resetTarget, resolveDelivery, type ByHand } from './settle-by-hand.ts';
export { type TargetRecord } from './target-gates.ts';
export { targetIdOf, targetPlace } from './target-place.ts';
export { type StopSignals } from './waiting-room.ts';
