import { parseConnector } from '@trunkline/config';
import { connectorKey } from '@trunkline/inventory';
import { sessionKey } from '@trunkline/sessions';
import { refuse, type Refusal } from '../operation.ts';
import { changedMeanwhile, isOlderThan, mayChange, type ChangeDeps, type ConnectorChange } from './change-connector.ts';
import { readEntry, untilUndisturbed } from './connector-records.ts';
import { dropOwnSecrets, ownSecrets } from './own-secrets.ts';
import { clearConnector, clearSession, findReferrers, type Referrers, type ReferrersDeps } from './referrers.ts';

export type DeleteDeps = ChangeDeps & ReferrersDeps;

/** A connector to delete; `force` clears what refers to it first. */
export interface ConnectorDeletion extends Pick<ConnectorChange, 'connector' | 'ifMatch'> {
  force: boolean;
}

export interface Deleted {
  deletedSecrets: string[];
  /** What no longer refers to it: `kind/name`, session ids. */
  cleared: { connectors: string[]; sessions: string[] };
}

/**
 * Deletes a runtime connector with its own secrets: references to it first, then the connector, then the secrets, so that whatever a
 * process that dies in between leaves is complete in itself.
 */
export async function deleteConnector(wanted: ConnectorDeletion, deps: DeleteDeps): Promise<Deleted | Refusal> {
  const cleared: Deleted['cleared'] = { connectors: [], sessions: [] };
  const done = await untilUndisturbed(() => attempt(wanted, cleared, deps));
  return done ?? refuse('precondition_failed', 'Others kept changing this connector; it was not deleted. Try again.');
}

async function attempt(
  { connector: ref, ifMatch, force }: ConnectorDeletion,
  cleared: Deleted['cleared'],
  deps: DeleteDeps,
): Promise<Deleted | Refusal | 'disturbed'> {
  const entry = await readEntry(ref, deps.bucket);
  if (isOlderThan(entry, ifMatch)) return 'disturbed';
  const refusal = mayChange({ connector: ref, ifMatch, onlyExisting: true }, { entry, inventory: deps.inventory });
  if (refusal || !entry) return refusal ?? changedMeanwhile;
  const referrers = await findReferrers(ref, deps);
  const inUse = refuseWhileUsed(referrers, force);
  if (inUse) return inUse;
  await clearAll({ ref, referrers, cleared }, deps);

  const parsed = parseConnector(ref.kind, entry.record.config);
  const held = await ownSecrets({ config: parsed.ok ? parsed.connector : undefined }, deps.secrets);
  if (!(await deps.bucket.delete(connectorKey(ref.kind, ref.name), entry.revision))) {
    return ifMatch === undefined ? 'disturbed' : changedMeanwhile;
  }
  return { deletedSecrets: await dropOwnSecrets(ref, held, deps), cleared };
}

const label = ({ kind, name }: { kind: string; name: string }) => `${kind}/${name}`;
const shown = 100;

function refuseWhileUsed({ fromFile, runtime, sessions }: Referrers, force: boolean): Refusal | undefined {
  const all = { connectors: [...fromFile, ...runtime].map(label).slice(0, shown), sessions: sessions.slice(0, shown) };
  if (fromFile.length > 0) {
    const names = fromFile.map(label).join(', ');
    return refuse(
      'connector_in_use',
      `Reply targets in the connectors file name it (${names}): edit the file first.`,
      all,
    );
  }
  const count = runtime.length + sessions.length;
  if (count === 0 || force) return undefined;
  const what = `${runtime.length} connectors and ${sessions.length} sessions have reply targets that name it`;
  return refuse('connector_in_use', `${what}. Change them, or clear these references with ?force=true.`, all);
}

async function clearAll(
  at: { ref: ConnectorDeletion['connector']; referrers: Referrers; cleared: Deleted['cleared'] },
  deps: DeleteDeps,
): Promise<void> {
  const { ref, referrers, cleared } = at;
  for (const referrer of referrers.runtime) {
    await clearConnector(referrer, ref, deps);
    cleared.connectors.push(label(referrer));
  }
  for (const sessionId of referrers.sessions) {
    await clearSession({ sessionId, key: sessionKey(sessionId) }, ref, deps);
    cleared.sessions.push(sessionId);
  }
}
