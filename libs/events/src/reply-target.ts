import { AppError } from '@trunkline/errors';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { connectorKinds, type ConnectorRef } from './connector-ref.ts';
import { describeIssues } from './read.ts';

const id = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);
const connector = z.string().trim().min(1).max(64);

// They carry secrets, or belong to the transport or to our own signature (spec 1.9).
const refusedHeader =
  /^(authorization|cookie|x-api-key|host|connection|te|trailer|transfer-encoding|upgrade|forwarded|idempotency-key|(proxy|content|x-forwarded|webhook)-.*)$/i;
const headers = z
  .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name'), z.string().regex(/^[\t\x20-\x7e]*$/, 'is not a header value'))
  .refine((all) => Object.keys(all).every((name) => !refusedHeader.test(name)), {
    error: 'headers may not carry secrets or transport fields; set egress_signing_secret on the connector instead',
  })
  .transform((all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])));

const httpUrl = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an absolute http or https URL')
  .refine((text) => !URL.canParse(text) || !(new URL(text).username || new URL(text).password), 'must not hold a user name or password')
  .transform((text) => {
    const url = new URL(text);
    url.hash = '';
    return url.href;
  });

const structured = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('http'), url: httpUrl, headers: headers.optional(), connector: connector.optional() }),
  z.strictObject({
    type: z.literal('slack'),
    connector,
    channel_id: id,
    thread_ts: id.optional(),
    team_id: id.optional(),
    enterprise_id: id.optional(),
  }),
  z.strictObject({
    type: z.literal('telegram'),
    connector,
    chat_id: id,
    message_thread_id: id.optional(),
    reply_to_message_id: id.optional(),
  }),
  z.strictObject({ type: z.literal('external'), connector, route: z.string().min(1).max(4096) }),
]);

const raw = z.strictObject({ plugin: z.string().min(1), address: z.string().min(1).max(16_384) });

/** Where to say something, as users write it: structured, or raw `{plugin, address}` with the structured form as JSON in `address`. */
export const replyTargetSchema = z.union([structured, raw]);
export type ReplyTarget = z.input<typeof replyTargetSchema>;

/** The canonical, comparable form of a reply target: structured, keys sorted, empty fields dropped, URL and ids normalized. */
export type ReplyHandle = z.output<typeof structured>;

/** A reply target that cannot be understood. The message names the field, never the value. */
export class ReplyTargetInvalidError extends AppError {
  readonly code = 'REPLY_TARGET_INVALID';
}

/** Normalizes a target. An `http` target without a connector gets `context.connector` when that is an http connector. */
export function canonicalTarget(target: unknown, context: { connector?: ConnectorRef } = {}): ReplyHandle {
  const written = withoutEmpty(isRaw(target) ? parseAddress(target) : target);
  const result = structured.safeParse(written);
  if (!result.success) {
    throw new ReplyTargetInvalidError(`Reply target: ${describeIssues(result.error).join('; ')}.`, {
      fix: `Write {type, connector, ...} with a type of ${connectorKinds.join(', ')}.`,
    });
  }
  return sorted(withConnector(result.data, context.connector));
}

/** The same text for equal targets, and for them only. */
export const targetKey = (handle: ReplyHandle): string => canonicalJson(handle);

/** The connector that delivers to a target; `http` without one goes by the pseudo-connector `_`. */
export function targetConnector(handle: ReplyHandle): ConnectorRef {
  return { kind: handle.type, name: handle.connector ?? '_' };
}

/** What the platform's rate limit applies to: it decides the lane of a delivery, so that one owner keeps the budget. */
export function budgetScope(handle: ReplyHandle): string {
  switch (handle.type) {
    case 'http':
      return `http:${new URL(handle.url).host}`;
    case 'slack':
      return `slack:${handle.connector}:${handle.channel_id}`;
    case 'telegram':
      return `telegram:${handle.connector}`;
    case 'external':
      return `external:${handle.connector}`;
  }
}

function isRaw(target: unknown): target is { plugin: unknown; address: unknown } {
  return typeof target === 'object' && target !== null && 'plugin' in target;
}

function parseAddress(target: { plugin: unknown; address: unknown }): unknown {
  const { plugin, address } = target;
  if (typeof plugin !== 'string' || !connectorKinds.some((kind) => kind === plugin)) {
    throw new ReplyTargetInvalidError('Reply target: unknown plugin.', { fix: `Use one of ${connectorKinds.join(', ')}.` });
  }
  if (plugin === 'http' && typeof address === 'string' && URL.canParse(address)) return { type: 'http', url: address };
  try {
    const fields: unknown = JSON.parse(String(address));
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { ...fields, type: plugin };
  } catch {
    // Told below with the other shapes that are no JSON object.
  }
  throw new ReplyTargetInvalidError('Reply target: address is not a JSON object.', {
    fix: 'Put the structured fields of the target into address as one JSON document.',
  });
}

function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined && member !== null && member !== '' && !isEmptyObject(member));
  return Object.fromEntries(kept);
}

const isEmptyObject = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function withConnector(handle: ReplyHandle, context: ConnectorRef | undefined): ReplyHandle {
  if (handle.type !== 'http' || handle.connector || context?.kind !== 'http') return handle;
  return { ...handle, connector: context.name };
}

function sorted(handle: ReplyHandle): ReplyHandle {
  return JSON.parse(canonicalJson(handle)) as ReplyHandle;
}
