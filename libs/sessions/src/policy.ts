import type { EventData } from '@trunkline/events';
import type { SessionRecord } from './session-record.ts';

type Policy = EventData['session']['policy'];
type Scope = Record<string, string[] | undefined>;

/**
 * Which part of a policy a session that exists already contradicts, or `undefined`. A field that the policy leaves unset has no
 * opinion; a session is never changed to fit.
 */
export function policyConflict(policy: Policy, session: SessionRecord): string | undefined {
  if (policy.persona_id !== undefined && policy.persona_id !== session.persona_id) return 'persona_id';
  const capability = differingList(policy.capability_scope, session.capability_scope);
  if (capability) return `capability_scope.${capability}`;
  const credential = differingList(policy.credential_scope, session.credential_scope);
  return credential && `credential_scope.${credential}`;
}

function differingList(wanted: Scope, actual: Scope): string | undefined {
  return Object.keys(wanted).find(
    (name) => wanted[name] !== undefined && wanted[name].join('\n') !== (actual[name] ?? []).join('\n'),
  );
}
