import { sha256Hex } from '@trunkline/events';
import { readCloudEvents, type CloudEventRead, type ReceivedCloudEvent } from './cloudevents.ts';
import { checkKey } from './idempotency-key.ts';
import type { IncomingRequest, Reading, Said, TranslatedConnector } from './normalize.ts';
import { textOf } from './raw-payload.ts';

/** Reads CloudEvents, one or a batch. */
export function saidByCloudEvents(
  request: IncomingRequest,
  connector: TranslatedConnector,
): { batch: boolean; readings: Reading[] } {
  const read = readCloudEvents(request);
  if (!read.ok) return { batch: false, readings: [read] };
  const context = { authenticated: request.authenticated, name: connector.config.name, size: request.body.length };
  return { batch: read.batch, readings: read.events.map((event) => readingOf(event, context)) };
}

interface Context {
  authenticated: boolean;
  name: string;
  size: number;
}

function readingOf(read: CloudEventRead, context: Context): Reading {
  if (!read.ok) return { ok: false, code: 'payload_invalid', detail: read.detail };
  return { ok: true, said: said(read.event, context) };
}

function said(event: ReceivedCloudEvent, { authenticated, name, size }: Context): Said {
  const { data, data_base64 } = event.json;
  const subject = event.subject?.slice(0, 512);
  const source = event.source.slice(0, 512);
  // A stranger must not name a key that some other connector's conversation is bound to.
  const key = (text: string) => (authenticated ? text : `http:${name}:${text}`);
  return {
    eventId: eventIdOf(event),
    keys: { origin: 'conversation', keys: authenticated && subject !== undefined ? [subject] : [] },
    fallbackKey: key(subject ?? source),
    text: data === undefined ? '' : textOf(data, size),
    metadata: { topic: event.type.slice(0, 200), source },
    time: event.time,
    raw: event.json,
    // Not the extensions: a retry may come with another trace.
    payload: { type: event.type, subject, data, data_base64 },
  };
}

/** Source and id together are unique. Readable where that is unambiguous and fits, else derived. */
function eventIdOf({ source, id }: ReceivedCloudEvent): string {
  const readable = `${source} ${id}`;
  const fits = !/\s/.test(source) && checkKey(readable, 'id').ok;
  return fits ? readable : `ce_${sha256Hex(JSON.stringify([source, id])).slice(0, 32)}`;
}
