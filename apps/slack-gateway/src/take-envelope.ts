import type { SlackConnector } from '@trunkline/config';
import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import { withSpan, type Span } from '@trunkline/telemetry';
import { preparedConnector } from './prepared-connector.ts';
import type { SocketEnvelope } from './socket-connection.ts';
import { takePayload, type TakeDeps } from './take-payload.ts';

export interface TakeEnvelopeDeps extends TakeDeps {
  connectors: { get(name: string): InventoryEntry<SlackConnector> | undefined };
  log: TakeDeps['log'] & { info(fields: object, message: string): void; error(fields: object, message: string): void };
  observe?: (seen: { connector: string; outcome: string; ms: number }) => void;
}

/** Takes in what came over Socket Mode. `true`: it is dealt with, acknowledge it; else Slack shall send it again. Never throws. */
export async function takeEnvelope(name: string, envelope: SocketEnvelope, deps: TakeEnvelopeDeps): Promise<boolean> {
  const entry = deps.connectors.get(name);
  if (entry?.state !== 'ready') return false;
  return withSpan('slack.envelope', { kind: 'consumer' }, (span) => take(envelope, { entry, span }, deps));
}

async function take(
  envelope: SocketEnvelope,
  { entry, span }: { entry: ReadyEntry<SlackConnector>; span: Span },
  deps: TakeEnvelopeDeps,
): Promise<boolean> {
  const startedAt = deps.now();
  const { name } = entry.config;
  try {
    const taken = await takePayload(envelope.payload, { connector: preparedConnector(entry), span }, deps);
    const acknowledged = !('again' in taken);
    const ms = deps.now() - startedAt;
    deps.observe?.({ connector: name, outcome: taken.outcome, ms });
    const facts = {
      connector: name,
      outcome: taken.outcome,
      event_id: 'eventId' in taken ? taken.eventId : undefined,
      why: 'why' in taken ? taken.why : undefined,
      retry_num: envelope.retryAttempt,
      retry_reason: envelope.retryReason,
      ms,
      trace_id: span.traceId,
    };
    deps.log.info(facts, acknowledged ? 'envelope.acknowledged' : 'envelope.refused');
    return acknowledged;
  } catch (error) {
    span.fail(error);
    deps.log.error({ err: error, connector: name }, 'envelope.failed');
    return false;
  }
}
