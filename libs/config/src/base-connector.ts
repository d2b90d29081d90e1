import { capabilityScopeSchema, credentialScopeSchema, sessionPolicySchema } from '@trunkline/events';
import { z } from 'zod';
import { sessionId, wholeNumber } from './field-schemas.ts';

/** Name of a connector, unique within its kind. Safe in a URL, a file name and a metric label. */
export const connectorName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and start with a letter or digit')
  .describe('Name of the connector, unique within its kind.');

const policy = sessionPolicySchema.shape;
const listsOf = (scope: { shape: object }) =>
  Object.keys(scope.shape)
    .map((name) => `\`${name}\``)
    .join(', ');

/** The contract's session policy, with descriptions for whoever writes one. */
const describedPolicySchema = sessionPolicySchema.extend({
  create_if_missing: policy.create_if_missing.describe('false: an event for an unknown session is rejected.'),
  persona_id: policy.persona_id.describe('Carried on the session and on every turn.'),
  capability_scope: policy.capability_scope.describe(`What the session may use: ${listsOf(capabilityScopeSchema)}.`),
  credential_scope: policy.credential_scope.describe(`Whose access it may use: ${listsOf(credentialScopeSchema)}.`),
});

interface KindDefaults {
  eventsPerSecond: number;
  onUnknown: 'resend' | 'surface';
}

/** The fields that every kind has; only their defaults differ. */
export function baseShape({ eventsPerSecond, onUnknown }: KindDefaults) {
  return {
    name: connectorName,
    enabled: z
      .boolean()
      .default(true)
      .describe('false: ingress answers 404, pollers and sidecars stop, deliveries are parked.'),
    fixed_session_id: sessionId().optional().describe('Every event lands in this session.'),
    allow_unauthenticated_ingress: z
      .boolean()
      .default(false)
      .describe('Must be true where others call us and no authentication is configured.'),
    on_unknown: z
      .enum(['resend', 'surface'])
      .default(onUnknown)
      .describe('A delivery that may or may not have arrived: send it again, or show it to an operator.'),
    session_policy: describedPolicySchema
      .prefault({})
      .describe('What sessions are made with, and what an event demands of the session it lands in.'),
    ingress_events_per_second: wholeNumber(1, 100_000)
      .default(eventsPerSecond)
      .describe('Token bucket for accepted events; its capacity equals the rate.'),
  };
}
