export { type Check, type Finding } from './check.ts';
export {
  checkSidecar,
  conformanceChecks,
  SidecarUnreachableError,
  type CheckResult,
  type CheckSidecarOptions,
  type ConformanceReport,
} from './check-sidecar.ts';
export { type Download, type GatewayRecord, type LeaseRequest } from './gateway-routes.ts';
export { startMockGateway, type MockGateway, type MockGatewayOptions } from './mock-gateway.ts';
export { type AssetMode } from './offered-files.ts';
export { type EventAttempt, type GatewayFault } from './receive-events.ts';
export { startSidecarProcess, type StartedSidecar, type StartOptions } from './start-sidecar.ts';
