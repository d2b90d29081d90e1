import type { Bus } from '@trunkline/bus';
import { readGatewayAnswer, type ConnectorKind, type GatewayAnswer, type GatewayQuestion } from '@trunkline/events';
import { refuse, type Refusal } from '../operation.ts';
import { startOne } from './start-one.ts';

/** What operators wait for an answer. */
const answerMs = 10_000;

/** A question about a connector of this kind, for one of its gateways. */
export interface KindQuestion {
  kind: ConnectorKind;
  question: GatewayQuestion;
  timeoutMs?: number;
}

/** The answers that say something about a connector. */
export type TellingAnswer = Extract<GatewayAnswer, { answer: 'probed' | 'explained' | 'logged' | 'simulated' }>;

/** Asks one of the gateways of a kind: they know the platform and its secrets, we do not. The refusal says what to do. */
export async function askGateway(
  { kind, question, timeoutMs = answerMs }: KindQuestion,
  bus: Pick<Bus, 'ask' | 'names'>,
): Promise<{ answer: TellingAnswer } | Refusal> {
  const asked = await bus.ask(bus.names.ask(kind), question, { timeoutMs });
  switch (asked.outcome) {
    case 'nobody':
      return refuse('gateway_unavailable', `No ${kind} gateway runs. ${startOne(`${kind}-gateway`)}`);
    case 'timeout':
      return refuse('gateway_timeout', `A ${kind} gateway did not answer within ${timeoutMs / 1000} s. See its log.`);
    case 'answered':
      return telling(asked.answer, { kind, name: question.connector });
  }
}

function telling(
  document: unknown,
  { kind, name }: { kind: ConnectorKind; name: string },
): { answer: TellingAnswer } | Refusal {
  const read = readGatewayAnswer(document);
  if (!read.ok) return refuse('gateway_unavailable', otherVersion(kind));
  const answer = read.value;
  switch (answer.answer) {
    case 'probed':
    case 'explained':
    case 'logged':
    case 'simulated':
      return { answer };
    case 'connector_not_found':
      return refuse(
        'connector_not_found',
        `The ${kind} gateways know no connector "${name}". List them: trunkline connectors list.`,
      );
    case 'holder_silent':
      return refuse(
        'gateway_unavailable',
        `The gateway that runs it (${answer.holder}) does not answer. If it died, another takes over within 15 s: ask again then.`,
      );
    case 'not_understood':
      return refuse('gateway_unavailable', otherVersion(kind));
    case 'failed':
      return refuse('internal_error', `The ${kind} gateway ${answer.gateway} failed at it: its log says how.`);
  }
}

/** For a gateway that answered something else than it was asked. */
export const unexpectedAnswer = ({ gateway }: TellingAnswer) =>
  refuse('internal_error', `The gateway ${gateway} answered another question.`);

const otherVersion = (kind: ConnectorKind) =>
  `A ${kind} gateway of another version runs: it does not understand this. Update the older of the two.`;
