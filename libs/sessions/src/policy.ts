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

/** The session as the policy wants it: what the policy leaves unset stays. */
export function withPolicy(session: SessionRecord, policy: Policy): SessionRecord {
  const { persona_id = session.persona_id, capability_scope, credential_scope } = policy;
  return {
    ...session,
    ...(persona_id !== undefined && { persona_id }),
    capability_scope: overlaid(session.capability_scope, capability_scope),
    credential_scope: overlaid(session.credential_scope, credential_scope),
  };
}

function overlaid(lists: Scope, wanted: Scope): Scope {
  const set = Object.entries(wanted).filter(([, list]) => list !== undefined);
  return { ...lists, ...Object.fromEntries(set) };
}

function differingList(wanted: Scope, actual: Scope): string | undefined {
  return Object.keys(wanted).find(
    (name) => wanted[name] !== undefined && wanted[name].join('\n') !== (actual[name] ?? []).join('\n'),
  );
}
