import { connectorKinds, sessionIdSchema, sidecarLineSchema } from '@trunkline/events';
import { z } from 'zod';
import { storedEventSchema } from './event-routes.ts';
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

/** What the process of a sidecar said lately. */
const connectorLogSchema = z.object({
  connector,
  gateway: z.string().describe('The gateway process that runs it.'),
  lines: z.array(sidecarLineSchema).describe('The last 200 at most, oldest first. None where no process runs for it.'),
});
export type ConnectorLog = z.output<typeof connectorLogSchema>;

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

/** What came of a simulated message. */
export const simulatedMessageSchema = storedEventSchema.extend({
  connector,
  gateway: z.string(),
  status: z
    .enum(['accepted', 'pending', 'rejected', 'refused'])
    .describe(
      'pending: stored, and no router has judged it within 5 s. rejected: a router refused it. refused: the ingress did, nothing is stored.',
    ),
});
export type SimulatedMessage = z.output<typeof simulatedMessageSchema>;

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
  showConnectorLog: {
    method: 'GET',
    path: '/v1/runtime/connectors/:kind/:name/log',
    role: 'operator',
    tag: 'Connectors',
    summary: 'The last lines of a sidecar that its gateway runs (child_process), without secrets.',
    description:
      'Read from the memory of the gateway that runs it now: after a restart of the gateway it begins anew. ' +
      'All lines are in the log of the gateway.',
    params: z.strictObject({ kind, name: z.string() }),
    answer: connectorLogSchema,
    problems: ['connector_not_found', 'gateway_unavailable', 'gateway_timeout'],
  },
  simulateMessage: {
    method: 'POST',
    path: '/v1/runtime/connectors/:kind/:name/simulate',
    role: 'operator',
    tag: 'Connectors',
    summary: 'Say something through a connector, as one of its callers would.',
    description:
      'Its gateway posts it to its own ingress with the current secrets: it is judged, stored, routed and answered as any event is, and ' +
      "answers go where the connector's reply targets say. Only for http connectors with `payload_format` native. The same " +
      '`idempotency_key` again is the same message.',
    params: z.strictObject({ kind: z.enum(['http']), name: z.string() }),
    body: z.strictObject({
      text: z.string().min(1).max(40_000),
      conversation: sessionIdSchema.describe(
        "Where it is said: id of the session, which is made if the connector's policy allows it. A fixed_session_id goes before it.",
      ),
      idempotency_key: z.string().min(1).max(200).optional(),
    }),
    example: { text: 'Is order 4711 late?', conversation: 'playground:1' },
    answer: simulatedMessageSchema,
    status: 202,
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
