import type { Bus } from '@trunkline/bus';
import { readGatewayAnswer, type ConnectorKind, type GatewayAnswer, type GatewayQuestion } from '@trunkline/events';

/** A question that another gateway of the kind has to answer, because it holds what the question is about. */
export interface HandedOver {
  kind: ConnectorKind;
  holder: string;
  question: Extract<GatewayQuestion, { ask: 'probe' | 'log' }>;
  timeoutMs: number;
}

/** What the holder says; nothing when it is silent. A question that came from another gateway goes no further. */
export async function askHolder(
  { kind, holder, question, timeoutMs }: HandedOver,
  bus: Pick<Bus, 'ask' | 'names'>,
): Promise<GatewayAnswer | undefined> {
  if (question.forwarded) return undefined;
  const asked = await bus.ask(bus.names.ask(kind, holder), { ...question, forwarded: true }, { timeoutMs });
  const read = asked.outcome === 'answered' ? readGatewayAnswer(asked.answer) : undefined;
  return read?.ok ? read.value : undefined;
}
