export { type Check, type Finding } from './check.ts';
export {
  checkSidecar,
  conformanceChecks,
  SidecarUnreachableError,
  type CheckResult,
  type CheckSidecarOptions,
  type ConformanceReport,
} from './check-sidecar.ts';
export {
  startMockGateway,
  type AssetMode,
  type Download,
  type LeaseRequest,
  type MockGateway,
  type MockGatewayOptions,
} from './mock-gateway.ts';
export { type EventAttempt, type GatewayFault } from './receive-events.ts';
export { inheritedVariables, startSidecarProcess, type StartedSidecar, type StartOptions } from './start-sidecar.ts';
