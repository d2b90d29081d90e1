import { z } from 'zod';
import { readVersioned, type Read } from './read.ts';
import { replyTargetSchema } from './reply-target.ts';

const maxInlineBytes = 256 * 1024;
const outputId = z.string().trim().min(1).max(200);
const format = z.enum(['markdown', 'plain']);
const text = z.string().max(maxInlineBytes, 'is longer than 256 KiB; send it as an attachment');

const attachmentPart = z
  .strictObject({
    type: z.literal('attachment'),
    asset_id: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    content_base64: z.base64().max(Math.ceil(maxInlineBytes / 3) * 4, 'is larger than 256 KiB decoded').optional(),
    file_name: z.string().min(1).max(255).optional(),
    media_type: z.string().min(1).max(255).optional(),
    caption: z.string().optional(),
  })
  .refine((part) => [part.asset_id, part.url, part.content_base64].filter((source) => source !== undefined).length === 1, {
    error: 'needs exactly one of asset_id, url, content_base64',
  });

const button = z
  .strictObject({ label: z.string().min(1), value: z.string().optional(), url: z.url({ protocol: /^https?$/ }).optional() })
  .refine((it) => (it.value === undefined) !== (it.url === undefined), { error: 'needs exactly one of value, url' });

const part = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text, format: format.optional() }),
  attachmentPart,
  z.strictObject({ type: z.literal('buttons'), rows: z.array(z.array(button).min(1)).min(1) }),
]);

/** What a consumer wants said, in platform-neutral form (spec 5.1). Strict: whoever writes it is told of each mistake. */
export const outputSchema = z
  .strictObject({
    v: z.literal(1).optional(),
    output_id: outputId,
    session_id: z.string().min(1).max(200),
    turn_id: z.string().min(1).optional(),
    reply_handle: z.string().min(1).optional(),
    content: text.optional(),
    format: format.optional(),
    parts: z.array(part).max(64).optional(),
    reply_targets: z.array(replyTargetSchema).max(32).optional(),
    reply_to_message: z.string().min(1).optional(),
    edit_of: outputId.optional(),
    delete_of: outputId.optional(),
    reaction: z.strictObject({ name: z.string().min(1), on: z.string().min(1) }).optional(),
    status: z.string().max(500).optional(),
    stream: z.strictObject({ seq: z.int().min(0), state: z.enum(['open', 'delta', 'close']) }).optional(),
    expires_at: z.iso.datetime({ offset: true }).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((it) => [it.content, it.parts, it.delete_of, it.reaction, it.status, it.stream].some((say) => say !== undefined), {
    error: 'says nothing: needs content, parts, delete_of, reaction, status or stream',
  });
export type Output = z.infer<typeof outputSchema>;
export type OutputPart = NonNullable<Output['parts']>[number];

/** Reads what a consumer published. */
export const readOutput = (document: unknown): Read<Output> => readVersioned(outputSchema, document);
