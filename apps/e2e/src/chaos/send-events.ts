import { setTimeout as sleep } from 'node:timers/promises';

export const chaosConnector = 'chaos';
export const chaosToken = 'chaos-bearer-token-of-32-characters';

/** The connectors file of a chaos installation. */
export const chaosConnectors = `[[http_connectors]]
name = "${chaosConnector}"
bearer_token = "${chaosToken}"
allow_payload_reply_targets = true
allow_private_network = true
ingress_events_per_second = 100000
`;

/** An event that a gateway said it has. `n` counts the events of its conversation from 0. */
export interface AcceptedEvent {
  eventId: string;
  conversation: number;
  n: number;
}

export interface SendOptions {
  events: number;
  conversations: number;
  gatewayUrls: readonly string[];
  /** Makes event ids of different runs differ. */
  run: string;
  /** Between an event of a conversation and the next. None unless said. */
  pauseMs?: number;
  /** Where the replies of a conversation go. */
  targetOf(conversation: number): string;
}

export interface SentEvents {
  accepted: AcceptedEvent[];
  /** Posts, repeats included. */
  posts: number;
  /** Answers that no retry can mend: none is expected. */
  refused: string[];
  sent: number;
}

const postTimeoutMs = 8_000;
const retryAfterMs = 250;

/**
 * Posts events: conversations beside each other, each one's events one after the other, to the gateways in turn, each with the same
 * idempotency key until a gateway says that it has it. Records in `record` as it goes.
 */
export async function sendEvents(
  options: SendOptions,
  { record, over }: { record: SentEvents; over: AbortSignal },
): Promise<void> {
  const conversations = Array.from({ length: options.conversations }, (_, conversation) => conversation);
  await Promise.all(conversations.map((conversation) => sendConversation(conversation, { options, record, over })));
}

async function sendConversation(
  conversation: number,
  at: { options: SendOptions; record: SentEvents; over: AbortSignal },
): Promise<void> {
  const { options, record, over } = at;
  const { events, conversations, run } = options;
  const count = Math.floor(events / conversations) + (conversation < events % conversations ? 1 : 0);
  for (let n = 0; n < count && !over.aborted; n++) {
    const event = { eventId: `${run}-${conversation}-${n}`, conversation, n };
    record.sent++;
    if (await untilAccepted(event, at)) record.accepted.push(event);
    if (options.pauseMs) await sleep(options.pauseMs);
  }
}

async function untilAccepted(
  event: AcceptedEvent,
  { options, record, over }: { options: SendOptions; record: SentEvents; over: AbortSignal },
): Promise<boolean> {
  for (let attempt = 0; !over.aborted; attempt++) {
    const gateway = options.gatewayUrls[(event.conversation + event.n + attempt) % options.gatewayUrls.length] ?? '';
    record.posts++;
    const answer = await post(gateway, event, options.targetOf(event.conversation));
    if (answer.status === 200 || answer.status === 202) return true;
    const again = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!again) {
      record.refused.push(`${event.eventId}: ${answer.status} ${answer.body.slice(0, 300)}`);
      return false;
    }
    await sleep(retryAfterMs);
  }
  return false;
}

/** Status 0 is no answer at all. */
async function post(gateway: string, event: AcceptedEvent, target: string): Promise<{ status: number; body: string }> {
  // Half of the senders wait for the routing, half only for the store: both are right.
  const prefer = event.n % 2 === 0 ? 'wait=2' : 'wait=0';
  try {
    const response = await fetch(`${gateway}/v1/connectors/http/${chaosConnector}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${chaosToken}`, prefer },
      body: JSON.stringify({
        idempotency_key: event.eventId,
        binding_keys: [`conversation-${event.conversation}`],
        content: `${event.conversation} ${event.n}`,
        reply_targets: [{ type: 'http', url: target }],
      }),
      signal: AbortSignal.timeout(postTimeoutMs),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: 0, body: '' };
  }
}
