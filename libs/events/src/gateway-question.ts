import { z } from 'zod';
import { eventSchema } from './event.ts';
import { readVersioned, type Read } from './read.ts';
import { openEnum, tolerant } from './tolerant.ts';

const name = z.string().min(1);
const v = z.literal(1);

/** A request of a platform, as it would arrive; header names in lower case. */
export const platformRequestSchema = z.strictObject({
  body: z.string(),
  headers: z.record(z.string(), z.array(z.string())).default({}),
  query: z.string().default('').describe('Without its question mark.'),
});
export type PlatformRequest = z.infer<typeof platformRequestSchema>;

/** What somebody says through a connector without its platform. */
export const simulatedMessageSchema = z.strictObject({
  event_id: name.describe('The same id again is the same event.'),
  text: name,
  conversation: name.describe('Where it is said: its session, which is made when it is missing.'),
  author: name,
});
export type SimulatedMessage = z.infer<typeof simulatedMessageSchema>;

/** What operators ask a gateway: for who knows the platform holds its secrets too. Strict: for writing; `readGatewayQuestion` reads. */
const gatewayQuestionSchema = z.discriminatedUnion('ask', [
  z.strictObject({
    v,
    ask: z.literal('probe').describe('Does it work? Talks to the platform.'),
    connector: name,
    forwarded: z.literal(true).optional().describe('By another gateway: answer it, whoever holds what it is about.'),
  }),
  z.strictObject({
    v,
    ask: z.literal('explain').describe('What would become of this request? Nothing is stored or sent.'),
    connector: name,
    request: platformRequestSchema,
  }),
  z.strictObject({
    v,
    ask: z.literal('log').describe('What has the process of its sidecar said lately?'),
    connector: name,
    forwarded: z.literal(true).optional().describe('By another gateway: answer it, whoever runs it.'),
  }),
  z.strictObject({
    v,
    ask: z.literal('simulate').describe('Take this in by the ingress, as if its platform had sent it: it is stored.'),
    connector: name,
    message: simulatedMessageSchema,
  }),
]);
export type GatewayQuestion = z.infer<typeof gatewayQuestionSchema>;

const gatewayQuestionReadSchema = tolerant(gatewayQuestionSchema);

/** Reads a question. */
export const readGatewayQuestion = (document: unknown): Read<GatewayQuestion> =>
  readVersioned(gatewayQuestionReadSchema, document);

/** One thing that was tried. */
export const probeCheckSchema = z.strictObject({
  name,
  outcome: openEnum(['ok', 'failed', 'skipped'], 'What came of it.'),
  detail: z.string().describe('What was found; of a failure also the remedy. Never holds a secret.'),
  ms: z.int().min(0),
});
export type ProbeCheck = z.infer<typeof probeCheckSchema>;

/** What one event of a request would come to, as far as its gateway can tell. */
export const explainedEventSchema = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('event'),
    event: eventSchema.describe('As it would be stored; long texts and raw payloads are cut.'),
    cut: z.array(z.string()).optional().describe('What was cut.'),
    fingerprint: name,
    idempotent: z.boolean().describe('Whether the same request again would be the same event.'),
    notes: z.array(z.string()).describe('What else decides whether it is stored.'),
  }),
  z.strictObject({
    outcome: z.literal('ignored').describe('Acknowledged and not stored.'),
    event_id: z.string().optional(),
    code: name,
    reason: z.string(),
  }),
  z.strictObject({
    outcome: z.literal('refused').describe('The sender hears that it is wrong.'),
    event_id: z.string().optional(),
    code: name,
    reason: z.string(),
  }),
]);
export type ExplainedEvent = z.infer<typeof explainedEventSchema>;

/** Whether a request would be let in, before anybody looks at what it says. */
export const admissionSchema = z.strictObject({
  outcome: openEnum(['admitted', 'refused', 'not_judged'], 'Whether the request would be let in.'),
  code: name.optional(),
  reason: z.string(),
});
export type Admission = z.infer<typeof admissionSchema>;

/** A line that the process of a sidecar printed, or that its gateway said of it. */
export const sidecarLineSchema = z.strictObject({
  at: z.iso.datetime(),
  from: openEnum(['stdout', 'stderr', 'gateway'], 'Who said it; the gateway says how the sidecar is.'),
  line: z.string().describe('Secrets are taken out, and the end of a long one.'),
});
export type SidecarLine = z.infer<typeof sidecarLineSchema>;

/** What came of a simulated message at the ingress. */
export const simulationSchema = z.strictObject({
  outcome: openEnum(
    ['accepted', 'pending', 'rejected', 'refused'],
    'pending: stored, and no router has judged it yet. rejected: a router refused it. refused: not let in, not stored.',
  ),
  session_id: name.optional(),
  turn_id: name.optional(),
  reason: z.strictObject({ code: name, detail: z.string() }).optional(),
});
export type Simulation = z.infer<typeof simulationSchema>;

const answered = { v, gateway: name.describe('The gateway process that answers.') };

/** What a gateway answers. Strict: for writing; `readGatewayAnswer` reads. */
const gatewayAnswerSchema = z.discriminatedUnion('answer', [
  z.strictObject({ ...answered, answer: z.literal('probed'), checks: z.array(probeCheckSchema) }),
  z.strictObject({
    ...answered,
    answer: z.literal('explained'),
    admission: admissionSchema,
    events: z.array(explainedEventSchema),
  }),
  z.strictObject({
    ...answered,
    answer: z.literal('logged'),
    lines: z.array(sidecarLineSchema).describe('Oldest first; none where no process runs for it.'),
  }),
  z.strictObject({
    ...answered,
    answer: z.literal('holder_silent'),
    holder: name.describe('The gateway that has to answer, and does not.'),
  }),
  z.strictObject({ ...answered, answer: z.literal('simulated'), simulation: simulationSchema }),
  z.strictObject({ ...answered, answer: z.literal('connector_not_found') }),
  z.strictObject({ ...answered, answer: z.literal('not_understood'), problems: z.array(z.string()) }),
  z.strictObject({ ...answered, answer: z.literal('failed') }),
]);
export type GatewayAnswer = z.infer<typeof gatewayAnswerSchema>;

const gatewayAnswerReadSchema = tolerant(gatewayAnswerSchema);

/** Reads an answer. */
export const readGatewayAnswer = (document: unknown): Read<GatewayAnswer> =>
  readVersioned(gatewayAnswerReadSchema, document);
