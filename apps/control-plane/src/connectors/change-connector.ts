import type { ConnectorConfig } from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import { connectorKey, type Inventory } from '@trunkline/inventory';
import {
  SecretBusyError,
  SecretInvalidError,
  SecretUnreadableError,
  type SecretSet,
  type SecretStore,
} from '@trunkline/secrets';
import type { AuditNote } from '../audit/record-audit.ts';
import { refuse, type Refusal } from '../operation.ts';
import { readEntry, untilUndisturbed, type ConnectorEntry, type ConnectorsBucket } from './connector-records.ts';
import { dropOwnSecrets, ownSecrets } from './own-secrets.ts';
import { planChange, type ChangePlan } from './plan-change.ts';

/** What changing connectors works with. */
export interface ChangeDeps {
  bucket: ConnectorsBucket;
  secrets: Pick<SecretStore, 'set' | 'view' | 'delete'>;
  inventory: Pick<Inventory, 'get' | 'referringTo'>;
  now: () => number;
}

/** A connector to change, and on which terms. */
export interface ConnectorChange {
  connector: { kind: ConnectorKind; name: string };
  change: Record<string, unknown>;
  /** Only if it is as this entity tag says; `*`: only if it exists. */
  ifMatch?: string | undefined;
  /** Only if there is none of this name. */
  onlyCreate?: boolean;
  /** Only if it exists: a request that could not make one. */
  onlyExisting?: boolean;
  dryRun?: boolean;
}

/** What came of it. `entry` is missing when nothing is stored: a dry run of a new connector. */
export interface Changed {
  connector: ConnectorConfig;
  entry: ConnectorEntry | undefined;
  created: boolean;
  changes: AuditNote['changes'];
  warnings: string[];
}

/**
 * Changes a runtime connector: everything is checked, then secrets are stored, then the connector is written if nobody wrote since.
 *
 * Who loses that race takes his secrets back and, unless he named an entity tag, applies his change to what is there now. A process
 * that dies in between leaves a secret that nobody names, or the next version of one beside the version before, which counts on.
 */
export async function changeConnector(wanted: ConnectorChange, deps: ChangeDeps): Promise<Changed | Refusal> {
  const done = await untilUndisturbed(() => attempt(wanted, deps));
  return done ?? refuse('precondition_failed', 'Others kept changing this connector; nothing was written. Try again.');
}

async function attempt(wanted: ConnectorChange, deps: ChangeDeps): Promise<Changed | Refusal | 'disturbed'> {
  const { connector: ref, change, dryRun } = wanted;
  const entry = await readEntry(ref, deps.bucket);
  if (isOlderThan(entry, wanted.ifMatch)) return 'disturbed';
  const refusal = mayChange(wanted, { entry, inventory: deps.inventory });
  if (refusal) return refusal;
  const planned = planChange({ connector: ref, stored: entry?.record.config, change });
  if ('problem' in planned) return planned;
  const { connector, changes, warnings } = planned.plan;
  const created = entry === undefined;
  const changed = { connector, created, changes, warnings };
  if (dryRun || (!created && changes.length === 0)) return { ...changed, entry };

  const left = await ownSecrets({ config: planned.plan.before, without: connector }, deps.secrets);
  const stored = await storeValues(planned.plan, deps);
  if ('problem' in stored) return stored;
  const written = await write({ ref, plan: planned.plan, entry }, deps);
  if (written === undefined) {
    await undoAll(stored.sets);
    return wanted.ifMatch === undefined ? 'disturbed' : changedMeanwhile;
  }
  await dropOwnSecrets(ref, left, deps);
  return { ...changed, entry: written };
}

/** A replica of the bus may lag: who names a newer revision than was read has seen it. */
export function isOlderThan(entry: ConnectorEntry | undefined, ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && Number(ifMatch) > (entry?.revision ?? Infinity);
}

/** Why a runtime connector may not be written, from what is there now. */
export function mayChange(
  { connector: { kind, name }, ifMatch, onlyCreate, onlyExisting }: Omit<ConnectorChange, 'change'>,
  { entry, inventory }: { entry: ConnectorEntry | undefined; inventory: Pick<Inventory, 'get'> },
): Refusal | undefined {
  if (inventory.get(kind, name)?.source === 'file') {
    return onlyCreate
      ? refuse('connector_name_taken', `The connectors file has a ${kind} connector "${name}". Choose another name.`)
      : refuse(
          'connector_file_backed',
          `${kind}/${name} is in the connectors file: change it there; it applies at once.`,
        );
  }
  if (onlyCreate && entry) return refuse('precondition_failed', `There is a ${kind} connector "${name}" already.`);
  if (onlyExisting && !entry) return noConnector({ kind, name });
  if (ifMatch === undefined) return undefined;
  if (!entry) return refuse('precondition_failed', `There is no ${kind} connector "${name}" any more.`);
  return ifMatch === '*' || ifMatch === String(entry.revision) ? undefined : changedMeanwhile;
}

/** There is no connector of this name, in neither place. */
export const noConnector = ({ kind, name }: { kind: ConnectorKind; name: string }): Refusal =>
  refuse('connector_not_found', `There is no ${kind} connector "${name}". List them: trunkline connectors list.`);

/** Somebody was faster. */
export const changedMeanwhile: Refusal = refuse(
  'precondition_failed',
  'The connector was changed since. Read it again, then repeat the change with its new ETag.',
);

async function storeValues({ values }: ChangePlan, { secrets }: ChangeDeps): Promise<{ sets: SecretSet[] } | Refusal> {
  const sets: SecretSet[] = [];
  try {
    for (const { reference, value, graceMs } of values) {
      sets.push(await secrets.set(reference, value, graceMs === undefined ? {} : { graceMs }));
    }
    return { sets };
  } catch (error) {
    await undoAll(sets);
    const refusal = refusedValue(error);
    if (refusal) return refusal;
    throw error;
  }
}

function refusedValue(error: unknown): Refusal | undefined {
  if (error instanceof SecretInvalidError) return refuse('connector_invalid', `${error.message} ${error.fix ?? ''}`);
  if (error instanceof SecretUnreadableError) return refuse('secret_unreadable', error.fix ?? error.message);
  return error instanceof SecretBusyError ? changedMeanwhile : undefined;
}

/** The last one first: two values for one reference go back to what was before both. */
async function undoAll(sets: readonly SecretSet[]): Promise<void> {
  for (const set of sets.toReversed()) await set.undo();
}

async function write(
  { ref, plan, entry }: { ref: ConnectorChange['connector']; plan: ChangePlan; entry: ConnectorEntry | undefined },
  { bucket, now }: ChangeDeps,
): Promise<ConnectorEntry | undefined> {
  const at = new Date(now()).toISOString();
  const record = { v: 1, created_at: at, ...entry?.record, config: plan.config, updated_at: at };
  const key = connectorKey(ref.kind, ref.name);
  const revision = entry ? await bucket.update(key, record, entry.revision) : await bucket.create(key, record);
  return revision === undefined ? undefined : { record, revision };
}
