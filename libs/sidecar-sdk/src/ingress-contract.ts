import { z } from 'zod';
import { optional, optionalList } from './optional-field.ts';
import { limits } from './protocol.ts';

const text = z.string().min(1);
const utf8Within = (bytes: number) => (value: string) =>
  value.length <= bytes / 3 || new TextEncoder().encode(value).length <= bytes;

const assetReference = z.object({ type: z.literal('asset_reference'), asset_id: text });
const inlineAsset = z.object({
  type: z.literal('inline_asset'),
  file_name: text,
  media_type: optional(z.string()),
  content_base64: z
    .base64()
    .max(Math.ceil(limits.inlineAssetBytes / 3) * 4, 'is larger than 1 MiB decoded: upload it to /assets first')
    .refine((value) => Buffer.byteLength(value, 'base64') <= limits.inlineAssetBytes, {
      error: 'is larger than 1 MiB decoded: upload it to /assets first',
    }),
});
const inputItem = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  assetReference,
  inlineAsset,
]);
const linkedFile = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Public: the gateway refuses private addresses.'),
  file_name: optional(text),
  media_type: optional(z.string()),
});
const attachment = z.union([assetReference, inlineAsset, linkedFile]);

/** Something that happened on the platform. Optional fields may be null; unknown ones are dropped. */
export const sidecarEventSchema = z.object({
  instance_id: text.max(255).describe("The manifest's."),
  event_id: text
    .max(255)
    .refine((id) => id.trim() === id, 'must not begin or end with a space')
    .describe('The same for the same thing, also after a restart: it is what duplicates are found by.'),
  fingerprint: optional(z.string()),
  occurred_at_ms: optional(z.int().min(0)),
  actor_id: optional(z.string()),
  source_kind: optional(z.string()),
  intent: optional(z.string()),
  relation: optional(z.object({ kind: text, target_event_id: text })),
  thread: z
    .object({ path: optionalList(z.array(z.string())) })
    .nullish()
    .transform((thread) => thread ?? { path: [] }),
  routing_key: optional(z.string()),
  content: z
    .string()
    .refine(utf8Within(limits.contentBytes), { error: 'is longer than 1 MiB' })
    .nullish()
    .transform((value) => value ?? ''),
  input_items: optionalList(z.array(inputItem).max(limits.inputItems)),
  attachments: optionalList(z.array(attachment).max(limits.attachments)),
  reply_route: optional(z.string()).describe('Opaque to everyone but the sidecar: comes back with each delivery.'),
  metadata: optional(z.unknown()),
});
export type SidecarEvent = z.output<typeof sidecarEventSchema>;

/** An event as an author writes it: the SDK adds `instance_id`. */
export type NewEvent = Omit<z.input<typeof sidecarEventSchema>, 'instance_id'>;

const version = z
  .int()
  .nullish()
  .transform((value) => value ?? 2);

/** Body of `POST .../events`. Any version is read here: which ones are supported is for the gateway to say, event by event. */
export const eventRequestSchema = sidecarEventSchema.extend({ protocol_version: version });
export type EventRequest = z.output<typeof eventRequestSchema>;

/** Body of `POST .../events/batch`, with events still unread: one that is wrong is rejected alone. */
export const batchRequestSchema = z.object({
  protocol_version: version,
  events: z.array(z.unknown()).min(1).max(limits.batchEvents),
});

const resultFields = {
  event_id: optional(z.string()),
  session_id: optional(z.string()),
  run_id: optional(z.string()),
  turn_id: optional(z.string()),
  reason: optional(z.string()),
  code: optional(z.string()),
  receipt_url: optional(z.string()),
};

/** Answer of `POST .../events`. `rejected` is final; what may be repeated is a status code (429, 5xx). */
export const eventResultSchema = z.object({ ...resultFields, status: z.enum(['accepted', 'duplicate', 'rejected']) });
export type EventResult = z.output<typeof eventResultSchema>;

/** One event's result within a batch. `rate_limited` and `error` may be sent again. */
export const batchItemResultSchema = z.object({
  ...resultFields,
  status: z.enum(['accepted', 'duplicate', 'rejected', 'rate_limited', 'error']),
  retry_after_ms: optional(z.int().min(0)),
});
export type BatchItemResult = z.output<typeof batchItemResultSchema>;

/** Answer of `POST .../events/batch`, in the order of the request. */
export const batchResultSchema = z.object({ results: z.array(batchItemResultSchema) });

/** Answer of `GET .../credentials/{env_key}`. */
export const credentialSchema = z.object({
  value: text,
  lease_id: z.string(),
  grant_id: z.string(),
  expires_at_ms: z.int(),
});
export type Credential = z.output<typeof credentialSchema>;

/**
 * Answer of `POST .../assets?file_name=NAME`, whose body is the file itself and whose Content-Type is the file's.
 * Events then name it as `{type: "asset_reference", asset_id}`.
 */
export const uploadedAssetSchema = z.object({ asset_id: text });
export type UploadedAsset = z.output<typeof uploadedAssetSchema>;
