import { z } from 'zod';

/** The version of the contract by which we call a sidecar. */
export const runtimeVersion = 1;

const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value): z.output<T> | undefined => value ?? undefined);
const flag = (otherwise: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? otherwise);

const instanceId = z.string().min(1).max(255);

const capabilities = z.object({ attachments_in: flag(true), attachments_out: flag(true), threads: flag(false) });

/** The version alone, read first: what another version's answer looks like is not ours to say. */
export const versioned = z.object({ protocol_version: z.unknown().optional() });

/** Answer of `GET /manifest`. Unknown fields are dropped: the contract may grow. */
export const manifestSchema = z.object({
  protocol_version: z.literal(runtimeVersion),
  instance_id: instanceId,
  capabilities: capabilities.nullish().transform((given) => given ?? capabilities.parse({})),
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

/** Answer of `POST /deliver`. */
export const deliveryAnswerSchema = z.object({
  status: z.enum(['committed', 'retryable_error', 'terminal_error']),
  detail: optional(z.string()),
});
export type DeliveryAnswer = z.output<typeof deliveryAnswerSchema>;

/** A file as a sidecar is told of it. `download_path` is a path at this gateway. */
export interface Asset {
  id: string;
  media_type: string;
  file_name?: string;
  sha256?: string;
  byte_length?: number;
  download_path: string;
}

/** Body of `POST /deliver` (spec 4.3). */
export interface DeliveryRequest {
  protocol_version: typeof runtimeVersion;
  delivery_id: string;
  attempt: number;
  reply_route: unknown;
  conversation: { session_id: string; thread_id: string | null };
  content: string;
  parts?: ({ type: 'text'; text: string } | { type: 'attachment'; attachment: Asset })[];
  metadata: Record<string, unknown>;
}
