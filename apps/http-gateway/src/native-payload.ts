import { describeIssues, replyTargetSchema } from '@trunkline/events';
import { z } from 'zod';
import { maxInlineAssets } from '@trunkline/gateway-kit';

/** Longest metadata and reply targets of an event, as JSON: all of it has to fit into one message of the bus. */
const maxMetadataBytes = 64 * 1024;
const maxTargetBytes = 64 * 1024;

const printable = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
const name = (max: number) =>
  z.string().trim().min(1).max(max).regex(printable, 'must be printable characters on one line');

const sessionId = name(200).refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');
const bindingKey = name(512);
const fileName = name(255);
const mediaType = name(255);
const assetId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'is not an asset id');

const attachment = z
  .strictObject({
    asset_id: assetId.optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    file_name: fileName.optional(),
    media_type: mediaType.optional(),
    byte_length: z.int().min(0).optional(),
  })
  .refine(({ asset_id, url }) => (asset_id === undefined) !== (url === undefined), 'needs exactly one of asset_id, url')
  .refine(
    ({ url }) => url === undefined || new URL(url).username + new URL(url).password === '',
    'must not hold a password',
  );

const inputItem = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({ type: z.literal('asset_reference'), asset_id: assetId }),
  z.strictObject({
    type: z.literal('inline_asset'),
    file_name: fileName,
    media_type: mediaType.optional(),
    content_base64: z.string(),
  }),
]);

const relation = z
  .strictObject({
    kind: z.enum(['reply_to', 'edit_of', 'deletion_of', 'reaction_to', 'press_of']),
    target_event_id: name(255).optional(),
    target_message_id: name(255).optional(),
  })
  .refine((it) => it.target_event_id ?? it.target_message_id, 'needs target_event_id or target_message_id');

const metadata = z
  .record(z.string(), z.unknown())
  .refine(
    (all) => Object.keys(all).every((key) => !key.startsWith('trunkline.')),
    'keys that start with "trunkline." are ours',
  )
  .refine(
    (all) => Buffer.byteLength(JSON.stringify(all)) <= maxMetadataBytes,
    `is larger than ${maxMetadataBytes} bytes`,
  );

const replyTargets = z
  .array(replyTargetSchema)
  .max(32)
  .refine((all) => Buffer.byteLength(JSON.stringify(all)) <= maxTargetBytes, `is larger than ${maxTargetBytes} bytes`);

/** What a caller of a native connector may send (spec 2.4). Strict: a typing mistake is told, not ignored. */
const nativePayload = z
  .strictObject({
    session_id: sessionId.optional(),
    binding_keys: z.array(bindingKey).max(32).optional(),
    actor_id: name(200).optional(),
    content: z.string().optional(),
    input_items: z.array(inputItem).max(64).optional(),
    attachments: z.array(attachment).max(32).optional(),
    metadata: metadata.optional(),
    reply_targets: replyTargets.optional(),
    reply_plugin: z.string().optional(),
    reply_address: z.string().optional(),
    idempotency_key: z.string().optional(),
    intent: name(200).optional(),
    relation: relation.optional(),
  })
  .refine(
    ({ input_items, content, attachments }) => !input_items || (content === undefined && attachments === undefined),
    {
      error: 'input_items cannot stand together with content or attachments',
    },
  )
  .refine(
    ({ input_items }) => (input_items ?? []).filter(({ type }) => type === 'inline_asset').length <= maxInlineAssets,
    {
      error: `input_items may hold at most ${maxInlineAssets} inline assets`,
    },
  )
  .refine(({ reply_plugin, reply_address }) => (reply_plugin === undefined) === (reply_address === undefined), {
    error: 'reply_plugin and reply_address belong together',
  })
  .refine(({ reply_plugin, reply_targets }) => reply_plugin === undefined || reply_targets === undefined, {
    error: 'reply_plugin cannot stand together with reply_targets',
  });
export type NativePayload = z.infer<typeof nativePayload>;

const longestDetail = 1000;

/** Checks a parsed body. `detail` names each mistake, never a value. */
export function readNative(body: unknown): { ok: true; payload: NativePayload } | { ok: false; detail: string } {
  const parsed = nativePayload.safeParse(body);
  if (parsed.success) return { ok: true, payload: parsed.data };
  return { ok: false, detail: `${describeIssues(parsed.error).join('; ').slice(0, longestDetail)}.` };
}

/** The fields that only an authenticated caller may use, as far as they are there. */
export function privilegedFields(payload: NativePayload): string[] {
  const withAssets = payload.input_items?.some(({ type }) => type !== 'text') === true;
  const fields = ['session_id', 'binding_keys', 'reply_targets', 'reply_plugin', 'attachments'] as const;
  return [
    ...fields.filter((field) => payload[field] !== undefined),
    ...(withAssets ? ['input_items with assets'] : []),
  ];
}
