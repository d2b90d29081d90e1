import type { HttpConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { validSecrets } from '@trunkline/secrets';
import { preparedConnector } from './prepared-connector.ts';
import { signRequest } from './sign-request.ts';

/** The headers that a caller with the connector's current secrets would send; `undefined` when no key can be made of a secret. */
export function ownProof(
  { id, body, nowMs }: { id: string; body: string; nowMs: number },
  entry: ReadyEntry<HttpConnector>,
): Record<string, string> | undefined {
  const { bearer, signing } = preparedConnector(entry).credentials;
  const [token] = validSecrets(entry.secrets['bearer_token'] ?? [], nowMs);
  const [key] = signing?.keys ?? [];
  if (signing && key === undefined) return undefined;
  return {
    ...(bearer && { authorization: `Bearer ${token?.expose().trim() ?? ''}` }),
    ...(signing && key && signRequest(signing.scheme, { id, body, key: key.key, nowMs })),
  };
}

/** What an operator hears when there is none. */
export const unusableKey =
  'No key of its scheme can be made of signing_secret: Standard Webhooks wants whsec_ and base64. Set it anew.';
