import { canonicalJson, describeIssues, userMetadataSchema } from '@trunkline/events';
import { maxInlineAssets } from '@trunkline/gateway-kit';
import { z } from 'zod';

/** Versions of the ingress contract that are taken (spec 4). An event without one is of version 2. */
const versions: readonly unknown[] = [1, 2];

/** Events of one batch, at most. */
export const maxBatch = 64;

const maxContentBytes = 1024 * 1024;
const maxMetadataBytes = 64 * 1024;
const maxRouteLength = 4096;
const printable = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

/** A field of something inside an event that may be absent or null, which mean the same. */
const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value): z.output<T> | undefined => value ?? undefined);

const list = <T extends z.ZodType>(item: T, max: number) =>
  z
    .array(item)
    .max(max)
    .nullish()
    .transform((items) => items ?? []);

const name = (max: number) => z.string().min(1).max(max).regex(printable, 'must be printable characters on one line');

const assetId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'is not an asset id');

const fileFields = {
  asset_id: optional(assetId),
  url: optional(
    z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .refine((url) => new URL(url).username + new URL(url).password === '', 'must not hold a password'),
  ),
  content_base64: optional(z.string()),
  file_name: optional(name(255)),
  media_type: optional(name(255)),
  byte_length: optional(z.int().min(0)),
};

/** A file of an event: uploaded before, somewhere else, or inside the event. */
const file = z
  .object(fileFields)
  .refine(({ asset_id, url, content_base64 }) => [asset_id, url, content_base64].filter(Boolean).length === 1, {
    error: 'needs exactly one of asset_id, url, content_base64',
  });
export type SentFile = z.output<typeof file>;

const inputItem = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('asset_reference'), asset_id: assetId }),
  z.object({ type: z.literal('inline_asset'), ...fileFields, content_base64: z.string() }),
]);

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const metadata = z
  .unknown()
  .optional()
  .transform((value, context): Record<string, unknown> => {
    if (value === undefined || value === null) return {};
    const read = userMetadataSchema.safeParse(typeof value === 'object' && !Array.isArray(value) ? value : { value });
    if (read.success && bytesOf(read.data) <= maxMetadataBytes) return read.data;
    const message = read.success ? `is larger than ${maxMetadataBytes} bytes` : describeIssues(read.error).join('; ');
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });

const route = z
  .unknown()
  .optional()
  .transform((value, context): unknown => {
    if (value === undefined || value === null) return undefined;
    const text = wellFormedText(value);
    if (text?.trim() === '') return undefined;
    if (text !== undefined && text.length <= maxRouteLength - 16) return value;
    const message = text === undefined ? 'is not well-formed text' : `is longer than ${maxRouteLength - 16} characters`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });

/** A route as text; `undefined` with half a surrogate pair in it, which JSON can write and nobody can send back. */
function wellFormedText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined;
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

/** Null means absent for every field of an event. */
function stated(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !Object.values(body).includes(null)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** What a sidecar says of one event (spec 4.2), without its nulls. Loose: unknown fields are ignored. */
const eventPayload = z
  .object({
    instance_id: name(255),
    fingerprint: z.string().max(1024).optional(),
    occurred_at_ms: z.number().min(0).max(8.64e15).optional(),
    actor_id: z.string().max(255).optional(),
    source_kind: z.string().max(255).optional(),
    intent: z.string().max(255).optional(),
    relation: z.object({ kind: z.string().max(64), target_event_id: optional(z.string().max(255)) }).optional(),
    thread: z.object({ path: list(z.string().max(512), 32) }).optional(),
    routing_key: z.string().max(1024).optional(),
    content: z
      .string()
      .refine((text) => text.length <= maxContentBytes / 3 || Buffer.byteLength(text) <= maxContentBytes, {
        error: 'is larger than 1 MiB',
      })
      .optional(),
    input_items: z.array(inputItem).max(64).default([]),
    attachments: z.array(file).max(10).default([]),
    reply_route: route,
    metadata,
  })
  .refine(({ input_items: items }) => items.filter(({ type }) => type === 'inline_asset').length <= maxInlineAssets, {
    error: `input_items may hold at most ${maxInlineAssets} inline assets`,
  });
export type EventPayload = z.output<typeof eventPayload>;

/** Spaces around an id would make two of one. */
const eventId = name(255).refine((id) => id.trim() === id, 'must not begin or end with a space');

const head = z.object({ event_id: eventId, protocol_version: z.unknown().optional() });

/** An event, or why it is none. Without an `eventId` not even that could be read. */
export type PayloadRead =
  | { ok: true; eventId: string; payload: EventPayload }
  | { ok: false; eventId: string; code: 'unsupported_protocol_version' | 'payload_invalid'; reason: string }
  | { ok: false; eventId?: undefined; reason: string };

const longestReason = 1000;
const told = (error: z.ZodError) => `${describeIssues(error).join('; ').slice(0, longestReason)}.`;

/** Reads one event. The version is judged before the rest: another version's event may look different. Reasons never echo a value. */
export function readEventPayload(body: unknown, batchVersion?: unknown): PayloadRead {
  const read = head.safeParse(body);
  if (!read.success) return { ok: false, reason: told(read.error) };
  const { event_id: eventId, protocol_version: version } = read.data;
  const wanted = [version, batchVersion].filter((each) => each !== undefined && each !== null);
  if (!wanted.every((each) => versions.includes(each))) {
    const reason = 'unsupported protocol_version: this gateway takes 1 and 2.';
    return { ok: false, eventId, code: 'unsupported_protocol_version', reason };
  }
  const parsed = eventPayload.safeParse(stated(body));
  if (!parsed.success) return { ok: false, eventId, code: 'payload_invalid', reason: told(parsed.error) };
  return { ok: true, eventId, payload: parsed.data };
}

const batchPayload = z.object({
  protocol_version: z.unknown().optional(),
  events: z.array(z.unknown()).min(1).max(maxBatch),
});

/** Reads the frame of a batch; its events are read one by one. */
export function readBatchPayload(
  body: unknown,
): { ok: true; events: unknown[]; version: unknown } | { ok: false; detail: string } {
  const parsed = batchPayload.safeParse(body);
  if (!parsed.success) return { ok: false, detail: told(parsed.error) };
  return { ok: true, events: parsed.data.events, version: parsed.data.protocol_version };
}
