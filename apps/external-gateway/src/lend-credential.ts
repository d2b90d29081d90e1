import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { appendLedger, type Bus } from '@trunkline/bus';
import { problem } from '@trunkline/errors';
import type { Grant } from '@trunkline/events';
import {
  bearerToken,
  jsonAnswer,
  problemAnswer,
  refuseAuthentication,
  repeatedHeader,
  sendAnswer,
  type Answer,
  type IngressHandler,
} from '@trunkline/gateway-kit';
import { validSecrets, type Secret } from '@trunkline/secrets';
import { findConnector, type AccessDeps, type ExternalEntry } from './access.ts';
import { findGrant } from './grants.ts';

/** What came of asking for a credential. */
type Lent =
  | { result: 'lent'; grant: Grant; secret: Secret; secretRef: string }
  | { result: 'unknown_token' }
  | { result: 'not_granted' | 're_mapped' | 'no_value'; grant: Grant };

/** Lends a child one of its secrets. Every asking is written down before it is answered (LEDGER `audit`), never with a value. */
export function lendCredential(deps: AccessDeps & { bus: Pick<Bus, 'bucket' | 'append' | 'names'> }): IngressHandler {
  return async ({ req, res, params }) => {
    const { name = '', env_key: envKey = '' } = params;
    const found = findConnector(name, deps);
    if (!found.ok) return sendAnswer(res, found.answer);
    const lent = await lend(req, { entry: found.value, envKey }, deps);
    if (lent.result === 'unknown_token') {
      const failed = { req, connector: name, reason: lent.result, unauthenticated };
      const refused = refuseAuthentication(failed, deps);
      // Who guesses too often does not get to fill the ledger.
      if (refused.answer.status === 401) await audit({ name, envKey, lent, leaseId: undefined }, deps);
      return sendAnswer(res, refused.answer);
    }
    const leaseId = lent.result === 'lent' ? `lse_${randomBytes(12).toString('base64url')}` : undefined;
    await audit({ name, envKey, lent, leaseId }, deps);
    sendAnswer(res, answerOf(lent, leaseId));
  };
}

async function lend(
  req: IncomingMessage,
  { entry, envKey }: { entry: ExternalEntry; envKey: string },
  { bus, now }: AccessDeps & { bus: Pick<Bus, 'bucket'> },
): Promise<Lent> {
  const presented = repeatedHeader(req, ['authorization']) === undefined ? bearerToken(req) : undefined;
  const grant = presented && (await findGrant(entry.name, presented, { bucket: bus.bucket<Grant>('grants'), now }));
  if (!grant) return { result: 'unknown_token' };
  if (!Object.hasOwn(grant.keys, envKey)) return { result: 'not_granted', grant };
  const secretRef = grant.keys[envKey] ?? '';
  const slots = entry.config.child_process?.credential_slots ?? {};
  // The key means another secret by now: what was granted is not to be had any more, and the new one was not granted.
  if (!Object.hasOwn(slots, envKey) || slots[envKey] !== secretRef) return { result: 're_mapped', grant };
  const [secret] = validSecrets(entry.secrets[`credential_slots.${envKey}`] ?? [], now());
  return secret === undefined ? { result: 'no_value', grant } : { result: 'lent', grant, secret, secretRef };
}

function answerOf(lent: Exclude<Lent, { result: 'unknown_token' }>, leaseId: string | undefined): Answer {
  switch (lent.result) {
    case 'lent': {
      lent.secret.markUsed();
      const { grant_id, expires_at_ms } = lent.grant;
      const lease = { value: lent.secret.expose(), lease_id: leaseId, grant_id, expires_at_ms };
      return jsonAnswer(200, lease, { 'cache-control': 'no-store' });
    }
    case 're_mapped':
      return unauthenticated;
    case 'not_granted':
    case 'no_value':
      return problemAnswer(notGranted);
  }
}

interface Asking {
  name: string;
  envKey: string;
  lent: Lent;
  leaseId: string | undefined;
}

async function audit(
  { name, envKey, lent, leaseId }: Asking,
  { bus, now }: Pick<AccessDeps, 'now'> & { bus: Pick<Bus, 'append' | 'names'> },
): Promise<void> {
  const connector = { kind: 'external', name } as const;
  const data = {
    v: 1,
    type: 'credential',
    connector,
    env_key: envKey.slice(0, 255),
    result: lent.result,
    ...('grant' in lent && { grant_id: lent.grant.grant_id }),
    ...(lent.result === 'lent' && { secret_ref: lent.secretRef, version: lent.secret.version, lease_id: leaseId }),
    at: new Date(now()).toISOString(),
  };
  await appendLedger({ what: 'audit', connector, data }, bus);
}

const unauthenticated = problemAnswer(
  problem('unauthenticated', {
    detail: 'Send Authorization: Bearer with the credential token of the running child; it ends with the child.',
  }),
  { 'www-authenticate': 'Bearer' },
);
const notGranted = problem('credential_not_granted', {
  detail: 'This key is not among the credential_slots of the connector.',
});
