import { postBytes } from './post-bytes.ts';
import { signedHeaders } from './signed-requests.ts';

const sharedToken = 'bench-shared-token-0123456789';

/** Events in one batch: the most that the contract allows. */
export const batchSize = 64;

/** The connectors file of a bench installation; the sidecar itself is not there, which must not matter. */
export const externalConnectors = `[[external_connectors]]
name = "bench"
platform = "bench"
base_url = "http://127.0.0.1:9"
allow_private_network = true
shared_token = "${sharedToken}"
ingress_events_per_second = 100000
`;

interface Spoken {
  id: string;
  conversation: number;
}

const bytesOfEvent = 1024;

/** What a sidecar reports of one message, 1 KiB of JSON. */
function eventOf({ id, conversation }: Spoken) {
  const event = {
    ...{ protocol_version: 2, instance_id: 'bench-instance', event_id: id, actor_id: `user-${conversation % 50}` },
    ...{ source_kind: 'message.created', thread: { path: ['guild', `channel-${conversation}`] } },
    ...{ reply_route: `channel-${conversation}`, metadata: { tenant: 'acme', priority: 3 }, content: '' },
  };
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(30);
  return { ...event, content: text.slice(0, bytesOfEvent - JSON.stringify(event).length) };
}

/** Signed as well, so that the floor can check what it always checks. */
function post(at: { host: string; path: string }, { id, body }: { id: string; body: object }): Buffer {
  const text = JSON.stringify(body);
  const headers = { ...signedHeaders(id, text), authorization: `Bearer ${sharedToken}` };
  return postBytes({ ...at, headers, body: text });
}

const path = '/v1/connectors/external/bench/events';

/** One event as the bytes of a request. */
export const externalRequest = (event: Spoken, host: string): Buffer =>
  post({ host, path }, { id: event.id, body: eventOf(event) });

/** 64 events of 64 conversations as the bytes of one request. */
export function externalBatchRequest({ id, conversation }: Spoken, host: string): Buffer {
  const events = Array.from({ length: batchSize }, (_, n) =>
    eventOf({ id: `${id}.${n}`, conversation: conversation + n }),
  );
  return post({ host, path: `${path}/batch` }, { id, body: { protocol_version: 2, events } });
}
