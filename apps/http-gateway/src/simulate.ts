import type { HttpConnector } from '@trunkline/config';
import type { SimulatedMessage, Simulation } from '@trunkline/events';
import { networkPolicy, type OwnIngress, type Simulate } from '@trunkline/gateway-kit';
import { z } from 'zod';
import type { OwnMark } from './own-mark.ts';
import { ownProof, unusableKey } from './own-proof.ts';

export interface SimulateDeps extends OwnIngress {
  mark: OwnMark;
  now: () => number;
}

/** Shorter than what operators wait. */
const routingSeconds = 5;
const timeoutMs = 8_000;

/**
 * Posts what an operator says to the port that callers use, with the connector's current token and signature: it goes the whole way
 * of a webhook. Our mark lets it name its conversation also where callers prove nothing.
 */
export function httpSimulate({ ingressUrl, mark, fetch, now }: SimulateDeps): Simulate<'http'> {
  return async (message, entry) => {
    if (entry.config.payload_format !== 'native')
      return refusal('payload_format_unsupported', needsNative(entry.config));
    const body = JSON.stringify(payloadOf(message));
    const proof = ownProof({ id: message.event_id, body, nowMs: now() }, entry);
    if (proof === undefined) return refusal('signing_secret_unusable', unusableKey);
    const answer = await fetch({
      url: `${ingressUrl}/v1/connectors/http/${encodeURIComponent(entry.name)}`,
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', prefer: `wait=${routingSeconds}` },
        ...proof,
        ...mark.headers,
      },
      body,
      timeoutMs,
      // Our own port, wherever it was told to listen.
      policy: networkPolicy({ allowPrivate: true }),
    });
    if (answer.kind !== 'response') return refusal('ingress_unreachable', unreached(ingressUrl));
    return simulationOf({ status: answer.status, text: answer.body.toString() });
  };
}

const payloadOf = ({ event_id, text, conversation, author }: SimulatedMessage) => ({
  content: text,
  idempotency_key: event_id,
  // Both: the connector's default keys, which are for its callers, shall not be bound to this session.
  ...{ session_id: conversation, binding_keys: [conversation] },
  actor_id: `operator:${author}`,
  metadata: { simulated: true },
});

/** What the ingress answers: a receipt, or a problem. */
const answerSchema = z.object({
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  code: z.string().optional(),
  detail: z.string().optional(),
  reason: z.string().optional().describe("A router's, of an event that was stored."),
});

function simulationOf({ status, text }: { status: number; text: string }): Simulation {
  const { session_id, turn_id, reason, code = `http_${status}`, detail = text } = answerSchema.parse(JSON.parse(text));
  if (status === 202) return { outcome: 'pending' };
  if (status === 200) return { outcome: 'accepted', ...(session_id && { session_id }), ...(turn_id && { turn_id }) };
  if (reason !== undefined) return { outcome: 'rejected', reason: { code: reason, detail } };
  return { outcome: 'refused', reason: { code, detail } };
}

const refusal = (code: string, detail: string): Simulation => ({ outcome: 'refused', reason: { code, detail } });

const needsNative = ({ name, payload_format }: HttpConnector) =>
  `The connector "${name}" takes ${payload_format} payloads, which only its callers know. Take one with payload_format = "native", or explain a payload.`;
const unreached = (url: string) =>
  `The gateway could not reach its own port at ${url}. Look at its log and its --host.`;
