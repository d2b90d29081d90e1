import { z } from 'zod';
import { readVersioned, type Read } from './read.ts';
import { replyTargetSchema } from './reply-target.ts';
import { sessionIdSchema } from './session-id.ts';
import { userMetadataSchema } from './user-metadata.ts';

/** Bytes of one text or one file that stand in an output itself, at most; what is larger is sent as an asset. */
export const maxInlineBytes = 256 * 1024;

// What remains of a message of 1 MiB is for JSON's escapes and for what the router adds.
const maxOutputBytes = 512 * 1024;

const outputId = z.string().trim().min(1).max(200);
const format = z.enum(['markdown', 'plain']);
const text = z
  .string()
  .max(maxInlineBytes, 'is longer than 256 KiB; send it as an attachment')
  .refine((it) => it.length <= maxInlineBytes / 3 || Buffer.byteLength(it) <= maxInlineBytes, {
    error: 'is longer than 256 KiB; send it as an attachment',
  });
const link = z.url({ protocol: /^https?$/ }).max(2048);

const attachmentPart = z
  .strictObject({
    type: z.literal('attachment'),
    asset_id: z.string().min(1).max(200).optional(),
    url: link.optional(),
    content_base64: z
      .base64()
      .max(Math.ceil(maxInlineBytes / 3) * 4, 'is larger than 256 KiB decoded; upload it and send its asset_id')
      .optional(),
    file_name: z.string().min(1).max(255).optional(),
    media_type: z.string().min(1).max(255).optional(),
    caption: text.optional(),
  })
  .refine(
    (part) => [part.asset_id, part.url, part.content_base64].filter((source) => source !== undefined).length === 1,
    {
      error: 'needs exactly one of asset_id, url, content_base64',
    },
  );

const button = z
  .strictObject({ label: z.string().min(1).max(200), value: z.string().max(2048).optional(), url: link.optional() })
  .refine((it) => (it.value === undefined) !== (it.url === undefined), { error: 'needs exactly one of value, url' });

const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text, format: format.optional() }),
  attachmentPart,
  z.strictObject({ type: z.literal('buttons'), rows: z.array(z.array(button).min(1).max(25)).min(1).max(25) }),
]);

/** The part of a text that grows: `open`, any number of `delta`, then `close` with the whole text. */
export const streamSchema = z.strictObject({ seq: z.int().min(0), state: z.enum(['open', 'delta', 'close']) });

const outputFields = z.strictObject({
  v: z.literal(1).optional(),
  output_id: outputId.describe('Idempotency key within the session: publishing it twice delivers once.'),
  session_id: sessionIdSchema,
  turn_id: z.string().min(1).max(200).optional(),
  reply_handle: z.string().min(1).optional().describe("The turn's, handed back: where its answers go."),
  content: text.optional(),
  format: format.optional().describe('What content is written in: markdown unless said.'),
  parts: z.array(part).max(64).optional(),
  reply_targets: z.array(replyTargetSchema).max(32).optional().describe('Instead of those in reply_handle.'),
  reply_to_message: z.string().min(1).max(200).optional(),
  edit_of: outputId.optional().describe('Replaces what that output said.'),
  delete_of: outputId.optional().describe('Takes back what that output said.'),
  reaction: z.strictObject({ name: z.string().min(1).max(200), on: z.string().min(1).max(200) }).optional(),
  status: z.string().min(1).max(500).optional().describe('typing, thinking, or any text.'),
  stream: streamSchema.optional(),
  expires_at: z.iso.datetime({ offset: true }).optional().describe('Not delivered after this; 24 hours unless said.'),
  metadata: userMetadataSchema.optional(),
});

const says = ['content', 'parts', 'delete_of', 'reaction', 'status', 'stream'] as const;

/** What a consumer wants said, in platform-neutral form (spec 5.1). Strict: whoever writes it is told of each mistake. */
export const outputSchema = outputFields
  .refine((output) => says.some((field) => output[field] !== undefined), {
    error: `says nothing: needs one of ${says.join(', ')}`,
  })
  .refine((output) => output.edit_of === undefined || output.delete_of === undefined, {
    error: 'edit_of and delete_of cannot stand together',
  })
  .refine((output) => inlineBytes(output) <= maxOutputBytes, {
    error: 'holds more than 512 KiB of texts and files; upload the files and send their asset_id',
  });
export type Output = z.infer<typeof outputFields>;
export type OutputPart = NonNullable<Output['parts']>[number];

function inlineBytes({ content = '', parts = [] }: Output): number {
  return parts.reduce((sum, it) => sum + partBytes(it), Buffer.byteLength(content));
}

function partBytes(it: OutputPart): number {
  if (it.type === 'text') return Buffer.byteLength(it.text);
  return it.type === 'attachment' ? (it.content_base64?.length ?? 0) + Buffer.byteLength(it.caption ?? '') : 0;
}

/** Reads what a consumer published. */
export const readOutput = (document: unknown): Read<Output> => readVersioned(outputSchema, document);
