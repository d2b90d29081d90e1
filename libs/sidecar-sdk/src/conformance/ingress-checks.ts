import { setTimeout as sleep } from 'node:timers/promises';
import { eventRequestSchema } from '../ingress-contract.ts';
import { ingressVersion, limits } from '../protocol.ts';
import { failed, judge, notApplicable, passed, type Check, type CheckContext, type Finding } from './check.ts';
import type { EventAttempt } from './receive-events.ts';

/** A timer may fire a little early. */
const toleranceMs = 50;

/** Rules of the ingress contract, judged by the events that the sidecar submitted while it was checked. */
export const ingressChecks: Check[] = [
  {
    id: 'event-shape',
    section: '3.1',
    title: 'submits events of the right shape and size',
    expected: 'valid events: required fields, types, limits; protocol_version 2, 1 or none',
    run: (context) =>
      ofEvents(context, (events) => {
        const faults = events.flatMap(({ document }) => faultsOf(document));
        return faults.length === 0
          ? passed(`${events.length} valid`)
          : failed([...new Set(faults)].slice(0, 5).join('; '));
      }),
  },
  {
    id: 'event-instance',
    section: '3.1',
    title: 'names its instance in events',
    expected: 'the instance_id of the manifest',
    run: (context) =>
      ofEvents(context, (events) => {
        const { manifest } = context.learned;
        if (!manifest) return notApplicable('needs a valid manifest');
        const others = events
          .map(({ document }) => fieldOf(document, 'instance_id'))
          .filter((id) => id !== manifest.instance_id);
        return judge(
          others.length === 0,
          others.length === 0 ? manifest.instance_id : `another one in ${others.length} events`,
        );
      }),
  },
  {
    id: 'event-token',
    section: '3.1',
    title: 'shows the token when it submits events',
    expected: 'Authorization: Bearer with the shared token',
    run: (context) =>
      ofEvents(context, (events) => {
        if (context.token === undefined) return notApplicable('no token is set: pass --token');
        return judge(
          events.every(({ authorized }) => authorized),
          events.every(({ authorized }) => authorized) ? 'shown' : 'missing or another one',
        );
      }),
  },
  {
    id: 'event-batch',
    section: '3.2',
    title: 'keeps batches within their limit',
    expected: `1 to ${limits.batchEvents} events in each`,
    run: ({ gateway: { batches } }) => {
      if (batches.length === 0) return notApplicable('no batch was posted');
      return judge(
        batches.every((size) => size >= 1 && size <= limits.batchEvents),
        `sizes ${batches.join(', ')}`,
      );
    },
  },
  {
    id: 'retry-limited',
    section: '3.3',
    title: 'comes back after a rate limit, not before',
    expected: 'the same event again, Retry-After later',
    run: (context) => comesBack(context, 'rate_limited'),
  },
  {
    id: 'retry-unavailable',
    section: '3.3',
    title: 'comes back after a 503',
    expected: 'the same event again',
    run: (context) => comesBack(context, 'unavailable'),
  },
  {
    id: 'credential-token',
    section: '3.5',
    title: 'leases credentials with the credential token',
    expected: 'GET .../credentials/{name} with the credential token, not the shared one',
    run: ({ gateway: { leases } }) => {
      if (leases.length === 0) return notApplicable('no credential was asked for');
      const refused = leases.filter(({ authorized }) => !authorized).length;
      return judge(refused === 0, refused === 0 ? `${leases.length} leased` : `${refused} with another token`);
    },
  },
];

/** Waits until an event was stored, or no event came, or one that was refused did not come back. */
export async function waitForEvents({ gateway, times }: Pick<CheckContext, 'gateway' | 'times'>): Promise<void> {
  const until = async (happened: () => boolean, ms: number) => {
    const deadline = performance.now() + ms;
    while (!happened() && performance.now() < deadline) await sleep(50);
  };
  const pending = ({ answered }: EventAttempt) => answered === 'rate_limited' || answered === 'unavailable';
  await until(() => gateway.events.length > 0, times.eventsMs);
  if (gateway.events.length === 0) return;
  const settled = () =>
    gateway.events.filter(pending).every((attempt) => repeatOf(attempt, gateway.events) !== undefined);
  await until(() => gateway.faults.length === 0 && settled(), times.retryMs);
}

function ofEvents({ gateway }: CheckContext, look: (events: EventAttempt[]) => Finding): Finding {
  if (gateway.events.length === 0)
    return notApplicable('no event came: cause one on the platform while this runs (--wait SECONDS)');
  return look(gateway.events);
}

function comesBack(context: CheckContext, answered: EventAttempt['answered']): Finding {
  return ofEvents(context, (events) => {
    const attempt = events.find((each) => each.answered === answered);
    if (!attempt) return notApplicable('no event met it: cause more of them');
    const again = repeatOf(attempt, events);
    if (!again) return failed('it never came again');
    if (!sameEvent(attempt.document, again.document)) return failed('it came again with another content');
    const ms = Math.round(again.atMs - attempt.atMs);
    const asked = attempt.retryAfterMs ?? 0;
    return judge(ms >= asked - toleranceMs, `again after ${ms} ms${asked ? `, asked to wait ${asked} ms` : ''}`);
  });
}

const repeatOf = (attempt: EventAttempt, events: EventAttempt[]): EventAttempt | undefined =>
  events.slice(events.indexOf(attempt) + 1).find(({ eventId }) => eventId === attempt.eventId);

/** Whether two posts say the same; the version around them may differ. */
function sameEvent(one: unknown, other: unknown): boolean {
  const [first, second] = [one, other].map((document) => eventRequestSchema.safeParse(document).data);
  return JSON.stringify({ ...first, protocol_version: 0 }) === JSON.stringify({ ...second, protocol_version: 0 });
}

function faultsOf(document: unknown): string[] {
  const parsed = eventRequestSchema.safeParse(document);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`);
  const { protocol_version } = parsed.data;
  return protocol_version === 1 || protocol_version === ingressVersion ? [] : [`protocol_version: ${protocol_version}`];
}

const fieldOf = (document: unknown, field: string): unknown =>
  typeof document === 'object' && document !== null
    ? Object.entries(document).find(([name]) => name === field)?.[1]
    : undefined;
