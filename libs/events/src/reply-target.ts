import { AppError } from '@trunkline/errors';
import { z } from 'zod';
import { connectorKinds, type ConnectorRef } from './connector-ref.ts';
import { describeIssues } from './read.ts';
import type { ReplyHandle } from './reply-handle.ts';
import { headersSchema, urlSchema } from './reply-http-fields.ts';
import { readAs } from './tolerant.ts';

const id = z
  .union([
    z
      .string()
      .trim()
      .min(1)
      .max(200)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be printable characters'),
    z.int(),
  ])
  .transform(String);
const connector = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not the name of a connector');
const route = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => text.isWellFormed(), 'is not well-formed text');

// Fields in the order of the alphabet, as in the handle: what zod gives out is in the order of the shape.
const structured = z.discriminatedUnion('type', [
  z.strictObject({
    connector: connector.optional(),
    headers: headersSchema.optional(),
    type: z.literal('http'),
    url: urlSchema,
  }),
  z.strictObject({
    channel_id: id,
    connector,
    enterprise_id: id.optional(),
    team_id: id.optional(),
    thread_ts: id.optional(),
    type: z.literal('slack'),
  }),
  z.strictObject({
    chat_id: id,
    connector,
    message_thread_id: id.optional(),
    reply_to_message_id: id.optional(),
    type: z.literal('telegram'),
  }),
  z.strictObject({ connector, conversation: route.optional(), route, type: z.literal('external') }),
]);

const raw = z.strictObject({
  address: z
    .string()
    .min(1)
    .max(16_384)
    .describe('The structured fields as one JSON document; for http, a URL will do.'),
  plugin: z.enum(connectorKinds).describe('The kind of the target, its type in the structured form.'),
});

const written = z.union([structured, raw], {
  error: (issue) => (issue.code === 'invalid_union' ? mistakes(issue.input, issue.errors) : undefined),
});

/**
 * Where to say something, as users write it: structured, or raw `{plugin, address}` with the structured form as JSON in
 * `address`. Fields that are null or blank count as left out. `canonicalTarget` makes it comparable.
 */
export const replyTargetSchema = readAs(z.preprocess(withoutEmpty, written), z.looseObject({}));
export type ReplyTarget = z.input<typeof written>;

/** A reply target that cannot be understood. The message names the field, never the value. */
export class ReplyTargetInvalidError extends AppError {
  readonly code = 'REPLY_TARGET_INVALID';

  constructor(fault: string, options: ErrorOptions = {}) {
    const fix = `Write {type, connector, ...} or {plugin, address}, with a type or plugin of ${connectorKinds.join(', ')}.`;
    super(`Reply target: ${fault}.`, { ...options, fix });
  }
}

/** Normalizes a target. An `http` target without a connector gets `context.connector` when that is an http connector. */
export function canonicalTarget(target: unknown, context: { connector?: ConnectorRef } = {}): ReplyHandle {
  const fields = withoutEmpty(isRaw(target) ? fieldsOfRaw(target) : target);
  const result = structured.safeParse(withConnector(fields, context.connector));
  if (result.success) return result.data;
  throw new ReplyTargetInvalidError(describeIssues(result.error).join('; '));
}

function isRaw(target: unknown): target is object {
  return typeof target === 'object' && target !== null && ('plugin' in target || 'address' in target);
}

function fieldsOfRaw(target: object): object {
  const result = raw.safeParse(target);
  if (!result.success) throw new ReplyTargetInvalidError(describeIssues(result.error).join('; '));
  const { plugin, address } = result.data;
  if (plugin === 'http' && /^\s*https?:/i.test(address)) return { type: 'http', url: address };
  const fields = jsonObject(address);
  if ('type' in fields && fields.type !== plugin)
    throw new ReplyTargetInvalidError('plugin and the type in address differ');
  return { ...fields, type: plugin };
}

function jsonObject(address: string): object {
  let fields: unknown;
  try {
    fields = JSON.parse(address);
  } catch (cause) {
    throw new ReplyTargetInvalidError('address is not JSON', { cause });
  }
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields;
  throw new ReplyTargetInvalidError('address is not a JSON object');
}

function withConnector(fields: unknown, context: ConnectorRef | undefined): unknown {
  if (context?.kind !== 'http' || typeof fields !== 'object' || fields === null) return fields;
  const isOpen = 'type' in fields && fields.type === 'http' && !('connector' in fields);
  return isOpen ? { ...fields, connector: context.name } : fields;
}

function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !isEmpty(member)));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Of the two forms, only the mistakes in the one that was meant. */
function mistakes(target: unknown, [inStructured = [], inRaw = []]: readonly z.core.$ZodIssue[][]): string {
  return describeIssues({ issues: isRaw(target) ? inRaw : inStructured }).join('; ');
}
