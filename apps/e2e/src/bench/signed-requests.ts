import { createHmac } from 'node:crypto';
import { postBytes } from './post-bytes.ts';

/** The connector that everything is posted to. */
export const benchConnector = 'bench';

const key = Buffer.from('trunkline-bench-key-of-32-bytes!');
/** In the form of Standard Webhooks. */
export const benchSecret = `whsec_${key.toString('base64')}`;

/** The connectors file of a bench installation. */
export const benchConnectors = `[[http_connectors]]
name = "${benchConnector}"
signing_secret = "${benchSecret}"
allow_payload_reply_targets = true
allow_private_network = true
ingress_events_per_second = 100000
`;

/** Where events are posted to. */
export const benchPath = `/v1/connectors/http/${benchConnector}`;

/** An event to post. */
export interface BenchEvent {
  id: string;
  conversation: number;
  /** Where its answer shall go; nowhere when absent. */
  replyTo?: string;
}

const bodyBytes = 1024;

/** A native payload of exactly 1 KiB. */
export function eventBody({ conversation, replyTo }: BenchEvent): string {
  const fields = {
    binding_keys: [`bench:conversation:${conversation}`],
    actor_id: 'user-4711',
    metadata: { tenant: 'acme', priority: 3, labels: ['a', 'b'] },
    ...(replyTo !== undefined && { reply_targets: [{ type: 'http', url: replyTo }] }),
  };
  const content = 'The quick brown fox jumps over the lazy dog. '.repeat(30);
  const frame = JSON.stringify({ ...fields, content: '' });
  return JSON.stringify({ ...fields, content: content.slice(0, bodyBytes - frame.length) });
}

/** The headers of one signed post that does not wait for its routing. */
export function signedHeaders(id: string, body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'idempotency-key': id,
    prefer: 'wait=0',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

/** The same as the bytes of an HTTP/1.1 request. */
export function requestBytes(event: BenchEvent, host: string): Buffer {
  const body = eventBody(event);
  return postBytes({ host, path: benchPath, headers: signedHeaders(event.id, body), body });
}
