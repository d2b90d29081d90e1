import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { LRUCache } from 'lru-cache';
import { BusPermissionError, type Refused } from './errors.ts';
import type { BusLog } from './log.ts';

const silentForMs = 60_000;
const rememberedSubjects = 100;

/** What the server refuses this connection, for as long as it lives: logged, a subject once a minute, and told. */
export function followRefusals(
  nc: NatsConnection,
  options: { user: string | undefined; log: BusLog; onRefused(refusal: BusPermissionError, subject: string): void },
): void {
  const { user, log, onRefused } = options;
  const told = new LRUCache<string, true>({ max: rememberedSubjects, ttl: silentForMs });

  function refused({ operation, subject }: PermissionViolationError): void {
    const refusal = new BusPermissionError({ user, operation, subject });
    onRefused(refusal, subject);
    if (told.has(`${operation} ${subject}`)) return;
    told.set(`${operation} ${subject}`, true);
    log.error({ user, operation, subject, err: refusal, fix: refusal.fix }, 'bus.refused');
  }

  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) refused(status.error);
    }
  })();
}

/** The refusal that a failed request of the client's own ended with, or the error itself. */
export function refusalOf(error: unknown, who: Pick<Refused, 'user' | 'role'>): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const violation = [error, cause].find((each) => each instanceof PermissionViolationError);
  return violation
    ? new BusPermissionError({ ...who, operation: violation.operation, subject: violation.subject })
    : error;
}
