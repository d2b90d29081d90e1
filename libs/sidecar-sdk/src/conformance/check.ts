import type { DeliveryAnswer, Manifest } from '../runtime-contract.ts';
import type { MockGateway } from './mock-gateway.ts';
import type { SidecarClient } from './sidecar-client.ts';
import type { StartedSidecar } from './start-sidecar.ts';

/** What a check saw. `not_applicable` says what it would need. */
export interface Finding {
  outcome: 'passed' | 'failed' | 'not_applicable';
  found: string;
}

/** What checks act on, and what earlier ones learned. */
export interface CheckContext {
  sidecar: SidecarClient;
  gateway: MockGateway;
  token: string | undefined;
  route: string;
  times: { readyMs: number; answerMs: number; eventsMs: number; retryMs: number; exitMs: number };
  /** The sidecar's process, if the suite started it. */
  process: StartedSidecar | undefined;
  learned: { manifest?: Manifest; plain?: DeliveryAnswer['status'] };
}

/** One rule of the protocol. */
export interface Check {
  /** Never changes once released. */
  id: string;
  /** Section of docs/sidecars.md. */
  section: string;
  title: string;
  expected: string;
  run(context: CheckContext): Promise<Finding> | Finding;
}

export const passed = (found: string): Finding => ({ outcome: 'passed', found });
export const failed = (found: string): Finding => ({ outcome: 'failed', found });
export const notApplicable = (found: string): Finding => ({ outcome: 'not_applicable', found });

/** Passed if it holds; what was found is told either way. */
export const judge = (holds: boolean, found: string): Finding => (holds ? passed(found) : failed(found));
