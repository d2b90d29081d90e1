import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../protocol.ts';
import { attachmentChecks } from './attachment-checks.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { deliveryChecks } from './delivery-checks.ts';
import { drainChecks } from './drain-checks.ts';
import { endpointChecks } from './endpoint-checks.ts';
import { ingressChecks, waitForEvents } from './ingress-checks.ts';
import type { MockGateway } from './mock-gateway.ts';
import { sidecarClient } from './sidecar-client.ts';
import type { StartedSidecar } from './start-sidecar.ts';

export interface CheckSidecarOptions {
  /** The sidecar's base URL. */
  url: string;
  /** The gateway that the sidecar was pointed at. Its token is the shared token. */
  gateway: MockGateway;
  /** A reply_route that the sidecar can deliver to; what is delivered there is seen by people. */
  route?: string;
  /** The sidecar's process, if it may be stopped at the end. */
  process?: StartedSidecar;
  /** How long to wait for a first event. 3 s unless given. */
  eventsMs?: number;
  /** Limits of the protocol that a test may shorten. */
  times?: Partial<Omit<CheckContext['times'], 'eventsMs'>>;
  onResult?(result: CheckResult): void;
}

/** One rule and whether the sidecar keeps it. */
export interface CheckResult extends Finding {
  id: string;
  section: string;
  title: string;
  expected: string;
}

export interface ConformanceReport {
  url: string;
  instance_id: string | undefined;
  results: CheckResult[];
  passed: number;
  failed: number;
  not_applicable: number;
}

/** Nothing answers at the sidecar's URL: there is nothing to judge. */
export class SidecarUnreachableError extends Error {
  constructor(reason: string) {
    super(`The sidecar cannot be checked: ${reason}.`);
    this.name = 'SidecarUnreachableError';
  }
}

/** Every rule that can be seen from outside, in the order in which they are checked. */
export const conformanceChecks: readonly Check[] = [
  ...endpointChecks,
  ...deliveryChecks,
  ...attachmentChecks,
  ...ingressChecks,
  ...drainChecks,
];

const protocolTimes = { readyMs: 20_000, answerMs: limits.deliveryAnswerMs, retryMs: 15_000, exitMs: 10_000 };

/** Checks a sidecar, in any language, against the protocol. Rejects with `SidecarUnreachableError` if nothing answers within 20 s. */
export async function checkSidecar(options: CheckSidecarOptions): Promise<ConformanceReport> {
  const { url, gateway, route = 'conformance', eventsMs = 3_000 } = options;
  const times = { ...protocolTimes, ...options.times, eventsMs };
  const { token } = gateway;
  const context: CheckContext = {
    sidecar: sidecarClient(url, { token, timeoutMs: times.answerMs + 1_000 }),
    gateway,
    token,
    route,
    times,
    process: options.process,
    learned: {},
  };
  // The first event meets both; a sidecar that keeps the rules brings it a third time.
  gateway.faults.push({ status: 429, retryAfterSeconds: 1 }, { status: 503 });
  await answers(context);
  const results: CheckResult[] = [];
  for (const check of conformanceChecks) {
    if (check === ingressChecks[0]) await waitForEvents(context);
    const { id, section, title, expected } = check;
    const result = { id, section, title, expected, ...(await check.run(context)) };
    results.push(result);
    options.onResult?.(result);
  }
  const count = (outcome: Finding['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return {
    url,
    instance_id: context.learned.manifest?.instance_id,
    results,
    passed: count('passed'),
    failed: count('failed'),
    not_applicable: count('not_applicable'),
  };
}

async function answers({ sidecar, times, process }: CheckContext): Promise<void> {
  const deadline = performance.now() + times.readyMs;
  for (;;) {
    const called = await sidecar.call('/health');
    if (called.answered) return;
    if (process?.hasExited()) throw new SidecarUnreachableError('the command has ended');
    if (performance.now() > deadline) throw new SidecarUnreachableError(`GET /health: ${called.reason}`);
    await sleep(250);
  }
}
