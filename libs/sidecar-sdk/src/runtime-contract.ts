import { z } from 'zod';
import { optional, optionalList } from './optional-field.ts';
import { runtimeVersion } from './protocol.ts';

const text = z.string().min(1);
const instanceId = text.max(255);
const flag = (otherwise: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? otherwise);

const capabilitiesSchema = z.object({
  attachments_in: flag(true),
  attachments_out: flag(true),
  threads: flag(false),
});

/** What a sidecar can do; what it does not say has these defaults. */
export type Capabilities = z.output<typeof capabilitiesSchema>;

/** Answer of `GET /manifest`. Unknown fields are dropped: the contract may grow. */
export const manifestSchema = z.object({
  protocol_version: z.literal(runtimeVersion),
  instance_id: instanceId,
  capabilities: capabilitiesSchema.nullish().transform((value) => value ?? capabilitiesSchema.parse({})),
  experimental: flag(false),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Answer of `GET /health`. */
export const healthSchema = z.object({
  protocol_version: z.literal(runtimeVersion),
  instance_id: instanceId,
  status: z.enum(['starting', 'ready', 'degraded', 'draining']),
  detail: optional(z.string()),
});
export type Health = z.output<typeof healthSchema>;
export type HealthStatus = Health['status'];

/** A file of a delivery. `download_path` is a path of the gateway, never a URL. */
export const assetSchema = z.object({
  id: text,
  media_type: text,
  file_name: optional(z.string()),
  sha256: optional(z.string()),
  byte_length: optional(z.int().min(0)),
  download_path: z.string().regex(/^\/(?![/\\])/, 'must be a path that begins with one slash'),
});
export type Asset = z.output<typeof assetSchema>;

const partSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('attachment'), attachment: assetSchema }),
]);
export type DeliveryPart = z.output<typeof partSchema>;

const deliveryRequestSchema = z.object({
  protocol_version: z
    .literal(runtimeVersion)
    .nullish()
    .transform((): typeof runtimeVersion => runtimeVersion),
  delivery_id: text,
  attempt: z.int().min(1),
  reply_route: z.unknown(),
  conversation: z.object({
    session_id: z.string(),
    thread_id: z
      .string()
      .nullish()
      .transform((id) => id ?? null),
  }),
  content: z.string(),
  parts: optionalList(z.array(partSchema)),
  artifacts: optionalList(z.array(assetSchema)),
  metadata: z.unknown(),
});

/**
 * Body of `POST /deliver` as the gateway writes it: `parts` and `artifacts` may be left out, and the route is what the event had, of
 * whatever type.
 */
export type DeliveryRequest = z.input<typeof deliveryRequestSchema>;

/** Body of `POST /deliver`. The gateway writes it, so a sidecar reads it loosely; only a route has to be text, as in the events of this SDK. */
export const deliverySchema = deliveryRequestSchema.extend({ reply_route: z.string() });
export type Delivery = z.output<typeof deliverySchema>;

/** Answer of `POST /deliver`. `committed` is a promise: the platform has it. */
export const deliveryAnswerSchema = z.object({
  status: z.enum(['committed', 'retryable_error', 'terminal_error']),
  detail: optional(z.string()),
});
export type DeliveryAnswer = z.output<typeof deliveryAnswerSchema>;
