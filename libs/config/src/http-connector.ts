import { replyTargetSchema, type ReplyHandle } from '@trunkline/events';
import { z } from 'zod';
import { baseShape } from './base-connector.ts';
import { defineKind } from './define-kind.ts';
import { idList, text, wholeNumber } from './field-schemas.ts';
import { refuseBadTargets, replyHandles } from './reply-target-list.ts';
import { joinSecrets, secretTriple, type WithSecrets } from './secret-field.ts';
import { warnAboutSecrets } from './secret-warnings.ts';

const kind = 'http';
const secretFields = ['bearer_token', 'signing_secret', 'egress_signing_secret'] as const;

const template = () => text(16_384);

const mappingSchema = z.strictObject({
  content: template().optional().describe('Text of the event.'),
  actor_id: template().optional().describe('Who did it.'),
  binding_keys: z.array(template()).optional().describe('What the session is bound to.'),
  idempotency_key: template().optional().describe('Id of the event.'),
  intent: template().optional().describe('What the event asks for.'),
  ignore_if: template().optional().describe('The event is ignored when this gives anything but blank, `false` or `0`.'),
});

/** What a user writes for one connector of this kind. Rules across fields are in `httpKind`. */
export const httpSchema = z.strictObject({
  ...baseShape({ eventsPerSecond: 60, onUnknown: 'resend' }),
  actor_id: text(200).default('http-webhook').describe('Actor when the payload names none.'),
  ...secretTriple('bearer_token', { kind, about: 'Token that callers send as `Authorization: Bearer`' }),
  default_reply_targets: z.array(replyTargetSchema).prefault([]).describe('Reply targets when the payload gives none.'),
  default_binding_keys: idList().describe('Binding keys when the payload gives none.'),
  ...secretTriple('signing_secret', {
    kind,
    about: 'Secret that callers sign with; several, separated by whitespace, while it is being changed',
    inline: { pattern: /\S/, wanted: 'with at least one value' },
  }),
  signature_scheme: z
    .enum(['standard-webhooks', 'github', 'stripe', 'shopify', 'hmac-sha256-hex'])
    .optional()
    .meta({ description: 'How callers sign.', 'x-default': '`standard-webhooks` when signing_secret is set' }),
  signature_max_age_seconds: wholeNumber(1, 3600)
    .default(300)
    .describe('How far a signed timestamp may be off, either way. Schemes without a timestamp ignore it.'),
  require_idempotency_key: z.boolean().default(false).describe('false: a post without a key is always a new event.'),
  ...secretTriple('egress_signing_secret', {
    kind,
    about: "Signs what is delivered to this connector's reply targets",
  }),
  allow_private_network: z.boolean().default(false).describe('Allows reply targets on loopback and private addresses.'),
  allow_payload_reply_targets: z
    .boolean()
    .default(false)
    .describe('Lets an authenticated payload say where replies go.'),
  payload_format: z
    .enum(['native', 'raw', 'cloudevents'])
    .default('native')
    .describe('`raw`: any JSON, form or text body, translated by mapping.'),
  mapping: mappingSchema
    .optional()
    .describe('Liquid templates over `body`, `headers` and `query`, for `raw` payloads.'),
  wait_ms: wholeNumber(0, 30_000)
    .default(2000)
    .describe('How long ingress waits for the routing of an event before it answers 202.'),
});

type HttpWire = z.output<typeof httpSchema>;

/** A connector for generic webhooks, in and out. */
export type HttpConnector = Omit<WithSecrets<HttpWire, (typeof secretFields)[number]>, 'default_reply_targets'> & {
  kind: 'http';
  default_reply_targets: ReplyHandle[];
};

/** Translation of a raw payload: Liquid templates by what they make. */
export type HttpMapping = z.output<typeof mappingSchema>;

/** Reads `[[http_connectors]]`. */
export const httpKind = defineKind<typeof kind, typeof httpSchema, HttpConnector>({
  kind,
  schema: httpSchema,
  secretFields,
  check(draft) {
    const { wire, has, hasSecret, refuse, warn } = draft;
    warnAboutSecrets(draft, secretFields);
    refuseBadTargets(draft, { kind, field: 'default_reply_targets' });
    const authenticated = hasSecret('bearer_token') || hasSecret('signing_secret');
    if (!authenticated && wire.allow_unauthenticated_ingress === false) {
      refuse([], 'needs bearer_token or signing_secret, or allow_unauthenticated_ingress = true');
    }
    if (!authenticated && wire.allow_payload_reply_targets) {
      warn(['allow_payload_reply_targets'], 'has no effect: it applies to authenticated requests only');
    }
    if (has('signature_scheme') && !hasSecret('signing_secret')) refuse(['signature_scheme'], 'needs signing_secret');
    if (has('mapping') && wire.payload_format !== undefined && wire.payload_format !== 'raw') {
      refuse(['mapping'], 'needs payload_format = "raw"');
    }
  },
  finish(wire) {
    const connector = joinSecrets(wire, secretFields);
    return {
      kind,
      ...connector,
      signature_scheme: wire.signature_scheme ?? (connector.signing_secret && 'standard-webhooks'),
      default_reply_targets: replyHandles(wire.default_reply_targets, { kind, name: wire.name }),
    };
  },
});
