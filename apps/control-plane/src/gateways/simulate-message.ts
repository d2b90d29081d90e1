import { randomUUID } from 'node:crypto';
import type { Bus } from '@trunkline/bus';
import type { SimulatedMessage } from '@trunkline/control-api';
import { sha256Hex, type ConnectorKind } from '@trunkline/events';
import type { Refusal } from '../operation.ts';
import { askGateway, unexpectedAnswer } from './ask-gateway.ts';

interface Said {
  kind: ConnectorKind;
  name: string;
  text: string;
  conversation: string;
  /** Of whoever says it: a token's name. */
  author: string;
  idempotency_key?: string | undefined;
}

/** Has a gateway take in what an operator says, by its own ingress. */
export async function simulateMessage(
  { kind, name, text, conversation, author, idempotency_key: key = randomUUID() }: Said,
  bus: Pick<Bus, 'ask' | 'names'>,
): Promise<SimulatedMessage | Refusal> {
  const event_id = `sim_${sha256Hex(JSON.stringify([conversation, key])).slice(0, 32)}`;
  const message = { event_id, text, conversation, author };
  const asked = await askGateway({ kind, question: { v: 1, ask: 'simulate', connector: name, message } }, bus);
  if ('problem' in asked) return asked;
  if (asked.answer.answer !== 'simulated') return unexpectedAnswer(asked.answer);
  const { gateway, simulation } = asked.answer;
  const { outcome, session_id, turn_id, reason } = simulation;
  return { connector: { kind, name }, gateway, event_id, status: outcome, session_id, turn_id, reason };
}
