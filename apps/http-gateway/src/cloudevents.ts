import { parseJson } from '@trunkline/gateway-kit';
import { CloudEvent, HTTP } from 'cloudevents';
import { mediaTypeOf, readText } from './request-body.ts';
import type { DistinctHeaders } from './signature-schemes.ts';

/** A CloudEvent as its sender meant it: nothing is filled in. */
export interface ReceivedCloudEvent {
  id: string;
  source: string;
  type: string;
  subject?: string;
  /** ISO, only when the sender gave one. */
  time?: string;
  /** All attributes and extensions, with `data` or `data_base64`, in the JSON event format. */
  json: Record<string, unknown>;
}

/** One event, or why it is none; `detail` is for the caller. */
export type CloudEventRead = { ok: true; event: ReceivedCloudEvent } | { ok: false; detail: string };

/** A whole request: its events in order, or why it cannot be read at all. */
export type CloudEventsRead =
  | { ok: true; batch: boolean; events: CloudEventRead[] }
  | { ok: false; code: 'unsupported_media_type' | 'body_invalid' | 'payload_invalid'; detail: string };

const structured = 'application/cloudevents+json';
const batched = 'application/cloudevents-batch+json';

/** Most events in one batch. */
export const maxBatch = 64;

/** Reads the binary, structured and batched modes of the HTTP protocol binding. */
export function readCloudEvents(request: { headers: DistinctHeaders; body: Buffer }): CloudEventsRead {
  const type = mediaTypeOf(request.headers);
  if (type === structured) return readStructured(request.body);
  if (type === batched) return readBatch(request.body);
  // Other event formats (XML, Avro, Protobuf) would otherwise pass as the data of a binary event.
  if (type?.startsWith('application/cloudevents') === true || request.headers['ce-id'] === undefined) {
    const detail = `Send ${structured}, ${batched}, or ce-* headers beside the data.`;
    return { ok: false, code: 'unsupported_media_type', detail };
  }
  return readBinary(request, type);
}

function readStructured(body: Buffer): CloudEventsRead {
  const read = parseJson(body);
  if (!read.ok) return { ok: false, code: 'body_invalid', detail: read.problem.detail };
  return { ok: true, batch: false, events: [readEvent(read.value)] };
}

function readBatch(body: Buffer): CloudEventsRead {
  const read = parseJson(body);
  if (!read.ok) return { ok: false, code: 'body_invalid', detail: read.problem.detail };
  if (!Array.isArray(read.value) || read.value.length > maxBatch) {
    return { ok: false, code: 'payload_invalid', detail: `A batch is a JSON array of at most ${maxBatch} events.` };
  }
  return { ok: true, batch: true, events: read.value.map(readEvent) };
}

function readBinary(
  { headers, body }: { headers: DistinctHeaders; body: Buffer },
  type: string | undefined,
): CloudEventsRead {
  const attributes: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || values === undefined) continue;
    const value = values.length === 1 ? decodeHeader(values[0] ?? '') : undefined;
    if (value === undefined)
      return { ok: false, code: 'payload_invalid', detail: `The header ${name.slice(0, 64)} cannot be read.` };
    attributes[name.slice('ce-'.length)] = value;
  }
  const contentType = headers['content-type']?.[0];
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  const data = readData(body, type);
  if (!data.ok) return { ok: false, code: 'body_invalid', detail: data.detail };
  return { ok: true, batch: false, events: [readEvent({ ...attributes, ...data.value })] };
}

/** Header values are percent-encoded UTF-8, perhaps in double quotes (HTTP binding, 3.1.3.2). `undefined`: broken. */
function decodeHeader(value: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value);
  const text = quoted ? (quoted[1] ?? '').replace(/\\(.)/g, '$1') : value;
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    return undefined;
  }
}

type DataRead = { ok: true; value: Record<string, unknown> } | { ok: false; detail: string };

function readData(body: Buffer, type: string | undefined): DataRead {
  if (body.length === 0) return { ok: true, value: {} };
  if (type === undefined || type === 'application/json' || type.endsWith('+json')) {
    const read = parseJson(body);
    return read.ok ? { ok: true, value: { data: read.value } } : { ok: false, detail: read.problem.detail };
  }
  const text = type.startsWith('text/') ? readText(body) : undefined;
  return { ok: true, value: text === undefined ? { data_base64: body.toString('base64') } : { data: text } };
}

const broken = (detail: string): CloudEventRead => ({ ok: false, detail });

/** Checks one event in the JSON format. */
function readEvent(value: unknown): CloudEventRead {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return broken('An event must be a JSON object.');
  const { data, data_base64, ...attributes }: Record<string, unknown> = { ...value };
  // The library invents what is missing (a random id, the time now): such an event would never be a duplicate of itself.
  const { id, source, type, subject, time, specversion } = attributes;
  if (specversion !== '1.0') return broken('specversion must be "1.0".');
  if (!isName(id) || !isName(source) || !isName(type)) return broken('id, source and type are required texts.');
  if (subject !== undefined && !isName(subject)) return broken('subject must be a text that is not empty.');
  if (time !== undefined && (typeof time !== 'string' || Number.isNaN(Date.parse(time))))
    return broken('time must be RFC 3339.');
  if (data_base64 !== undefined && (typeof data_base64 !== 'string' || data !== undefined)) {
    return broken('data_base64 must be a text, without data beside it.');
  }
  if (!meetsSpecification(attributes)) return broken('The attributes do not follow CloudEvents 1.0.');
  const json = {
    ...attributes,
    ...(data !== undefined && { data }),
    ...(data_base64 !== undefined && { data_base64 }),
  };
  const when = time === undefined ? {} : { time: new Date(time).toISOString() };
  return { ok: true, event: { id, source, type, ...(subject !== undefined && { subject }), ...when, json } };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** The library's view of the attributes alone: it would copy and re-parse the data. */
function meetsSpecification(attributes: Record<string, unknown>): boolean {
  try {
    const event = HTTP.toEvent({ headers: { 'content-type': structured }, body: attributes });
    return !Array.isArray(event) && new CloudEvent(event, true).validate();
  } catch {
    return false;
  }
}

/** Answers the abuse-protection handshake of the CloudEvents webhook specification; `undefined` when this is none. */
export function handshakeAnswer(headers: DistinctHeaders, eventsPerSecond: number): Record<string, string> | undefined {
  const origin = headers['webhook-request-origin']?.[0];
  if (origin === undefined || !/^[\x21-\x7e]{1,255}$/.test(origin)) return undefined;
  // `WebHook-Request-Callback` is not called: it would let anybody make us send requests.
  const perMinute = eventsPerSecond * 60;
  const asked = Number(headers['webhook-request-rate']?.[0] ?? Number.NaN);
  const granted = Number.isInteger(asked) && asked > 0 ? Math.min(asked, perMinute) : perMinute;
  return { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': String(granted) };
}
