import type { secretRoutes } from '@trunkline/control-api';
import type { Inventory } from '@trunkline/inventory';
import {
  SecretBusyError,
  SecretInvalidError,
  SecretUnreadableError,
  type FollowedSecretViews,
  type Keyring,
  type SecretSet,
  type SecretStore,
} from '@trunkline/secrets';
import { refuse, type HandlersOf, type Refusal } from '../operation.ts';
import { pageOf } from '../page-of.ts';

export interface SecretDeps {
  secrets: Pick<SecretStore, 'set' | 'delete' | 'view' | 'rekey'>;
  /** For lists. */
  secretViews: Pick<FollowedSecretViews, 'list'>;
  /** Who refers to a secret. */
  inventory: Pick<Inventory, 'referringTo'>;
  keyring: Pick<Keyring, 'ids'>;
}

/** Operations on stored secrets. Values go in and never come out. */
export function secretHandlers(deps: SecretDeps): HandlersOf<typeof secretRoutes> {
  const { secrets, secretViews, inventory, keyring } = deps;
  return {
    async rekeySecrets() {
      const { rekeyed, unchanged, failed } = await secrets.rekey();
      const { ids } = keyring;
      const key_id = ids[0] ?? '';
      const answer = { key_id, keys: ids, rekeyed: rekeyed.length, unchanged: unchanged.length, failed };
      if (rekeyed.length === 0) return { answer, audit: 'nothing_changed' };
      return { answer, audit: { target: { key_id }, changes: [{ field: 'rekeyed', to: rekeyed.length }] } };
    },
    async listSecrets({ query: { prefix = '', ...paging } }) {
      return { answer: pageOf(secretViews.list(prefix), { ...paging, keyOf: ({ reference }) => reference }) };
    },
    async setSecret({ params: { reference }, body, ifMatch }) {
      const before = await secrets.view(reference);
      if (!isExpected(ifMatch, before?.version)) return changedMeanwhile;
      const set = await storeValue(reference, body, secrets);
      if ('problem' in set) return set;
      // Somebody else came between the look and the write: what they wrote is what counts.
      if (ifMatch !== undefined && set.version !== (before?.version ?? 0) + 1 && (await set.undo()))
        return changedMeanwhile;
      const answer = await secrets.view(reference);
      if (!answer) return refuse('secret_not_found', 'Somebody deleted it in the same moment. Set it again.');
      const changes = [
        { field: 'version', from: before?.version, to: set.version },
        ...(body.grace_seconds === undefined ? [] : [{ field: 'grace_seconds', to: body.grace_seconds }]),
      ];
      return { answer, etag: String(answer.version), audit: { target: { reference }, changes } };
    },
    async deleteSecret({ params: { reference }, ifMatch }) {
      const before = await secrets.view(reference);
      if (!before) return refuse('secret_not_found', 'Nothing is stored under this reference: trunkline secrets list.');
      if (!isExpected(ifMatch, before.version)) return changedMeanwhile;
      const connectors = inventory.referringTo(reference).map(({ kind, name }) => `${kind}/${name}`);
      if (connectors.length > 0) return inUse(connectors);
      await secrets.delete(reference);
      return {
        answer: undefined,
        audit: { target: { reference }, changes: [{ field: 'version', from: before.version }] },
      };
    },
  };
}

const isExpected = (ifMatch: string | undefined, version: number | undefined) =>
  ifMatch === undefined || (ifMatch === '*' ? version !== undefined : ifMatch === String(version));

const changedMeanwhile = refuse('precondition_failed', 'Read the secret again and repeat with its ETag.');

const shown = 5;

function inUse(connectors: string[]): Refusal {
  const rest = connectors.length - shown;
  const named = connectors.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return refuse('secret_in_use', `Point them at another secret, or delete them first: ${named}.`, { connectors });
}

async function storeValue(
  reference: string,
  { value, grace_seconds }: { value: string; grace_seconds?: number | undefined },
  secrets: Pick<SecretStore, 'set'>,
): Promise<SecretSet | Refusal> {
  try {
    return await secrets.set(reference, value, grace_seconds === undefined ? {} : { graceMs: grace_seconds * 1000 });
  } catch (error) {
    if (error instanceof SecretInvalidError) return refuse('payload_invalid', `${error.message} ${error.fix ?? ''}`);
    if (error instanceof SecretUnreadableError) return refuse('secret_unreadable', error.fix ?? error.message);
    if (error instanceof SecretBusyError) return changedMeanwhile;
    throw error;
  }
}
