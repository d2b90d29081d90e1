import { connectorKinds } from '@trunkline/events';
import { z } from 'zod';
import { defineRoutes } from './route.ts';

const kind = z.enum(connectorKinds);
const connector = z.object({ kind: z.string(), name: z.string() });

/** What a test of a connector found. */
export const connectorTestSchema = z.object({
  connector,
  gateway: z.string().describe('The gateway process that tried it.'),
  passed: z.boolean().describe('Nothing failed.'),
  checks: z.array(
    z.object({
      name: z.string(),
      outcome: z.string().describe('ok, failed or skipped.'),
      detail: z.string().describe('What was found; of a failure also the remedy.'),
      ms: z.int(),
    }),
  ),
});
export type ConnectorTest = z.output<typeof connectorTestSchema>;

/** Where an event would land. */
const sessionSchema = z.object({
  outcome: z.enum(['resolved', 'skip']),
  decided_by: z.enum(['fixed_session_id', 'requested_session_id', 'binding_key', 'natural_session_id']),
  binding_key: z.string().optional().describe('The key that decides.'),
  session_id: z.string().optional(),
  generation: z.int().optional(),
  would_create: z.boolean(),
  would_bind: z.array(z.string()).describe('Keys that are free and would be bound to it.'),
  foreign_keys: z.array(z.string()).describe('Keys that are bound to other sessions and would stay there.'),
  code: z.string().optional().describe('Why it becomes no turn.'),
  reason: z.string().optional(),
});

const replyTargetSchema = z.object({
  target: z.record(z.string(), z.unknown()),
  delivery_subject: z.string(),
});

/** What one event of a payload would come to. */
export const explainedSchema = z.object({
  outcome: z.string().describe('event: it would be stored; ignored: acknowledged and not stored; refused: an error.'),
  event_id: z.string().optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  conversation: z.string().optional(),
  event: z.record(z.string(), z.unknown()).optional().describe('The CloudEvent; long texts and raw payloads are cut.'),
  cut: z.array(z.string()).optional(),
  notes: z.array(z.string()).optional(),
  stored: z
    .enum(['no', 'duplicate', 'conflict'])
    .optional()
    .describe('Whether an event of this id is stored already: with the same content, or with another.'),
  event_subject: z.string().optional(),
  session: sessionSchema.optional(),
  turn_subject: z.string().optional(),
  output_subject: z.string().optional(),
  replies: z
    .object({
      from: z.enum(['event', 'session', 'nowhere']).describe('What says where answers go.'),
      targets: z.array(replyTargetSchema),
    })
    .optional(),
});

/** What would become of a payload. */
export const explanationSchema = z.object({
  connector,
  gateway: z.string(),
  admission: z.object({
    outcome: z.string().describe('admitted, refused, or not_judged when no headers were given.'),
    code: z.string().optional(),
    reason: z.string(),
  }),
  events: z.array(explainedSchema),
});
export type Explanation = z.output<typeof explanationSchema>;

const largestBody = 256 * 1024;
const body = z
  .string()
  .min(1)
  .refine((text) => new TextEncoder().encode(text).length <= largestBody, 'is larger than 256 KiB');
const header = z.union([z.string().transform((value) => [value]), z.array(z.string())]);

export const gatewayRoutes = defineRoutes({
  testConnector: {
    method: 'POST',
    path: '/v1/runtime/connectors/:kind/:name/test',
    role: 'operator',
    tag: 'Connectors',
    summary: 'Try a connector: its gateway really talks to the platform.',
    description:
      'Bot tokens are shown to the platform, sidecars are asked for health and manifest, and a request with the current ' +
      'secrets goes through the ingress. Nothing is stored or said anywhere. Takes 10 s at most.',
    params: z.strictObject({ kind, name: z.string() }),
    answer: connectorTestSchema,
    problems: ['connector_not_found', 'gateway_unavailable', 'gateway_timeout'],
  },
  explain: {
    method: 'GET',
    path: '/v1/explain',
    role: 'viewer',
    tag: 'Explain',
    summary: 'What would become of a payload: event, session and why, turn, where answers go. Nothing is stored.',
    query: z.strictObject({
      kind,
      name: z.string(),
      body: body.describe('The payload as the platform would post it.'),
      content_type: z.string().optional().describe('Default: judged by the body.'),
    }),
    answer: explanationSchema,
    problems: ['connector_not_found', 'gateway_unavailable', 'gateway_timeout'],
  },
  explainRequest: {
    method: 'POST',
    path: '/v1/explain',
    role: 'operator',
    tag: 'Explain',
    summary: 'The same for a whole request: with its headers, whether it would be let in is judged, too.',
    body: z.strictObject({
      kind,
      name: z.string(),
      body: z.union([body, z.record(z.string(), z.unknown()), z.array(z.unknown())]).describe('Text, or JSON.'),
      headers: z.record(z.string(), header).default({}),
      query: z.string().default('').describe('Without its question mark.'),
    }),
    example: {
      kind: 'http',
      name: 'orders',
      body: { content: 'Where is my parcel?', binding_keys: ['customer-42'] },
      headers: { authorization: 'Bearer the-token-of-the-connector' },
    },
    answer: explanationSchema,
    problems: ['connector_not_found', 'gateway_unavailable', 'gateway_timeout'],
  },
});
