import type { Bucket } from '@trunkline/bus';
import { parseConnector, type ConnectorConfig } from '@trunkline/config';
import {
  canonicalTarget,
  connectorKinds,
  targetConnector,
  type ConnectorKind,
  type ReplyHandle,
} from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import type { SessionRecord } from '@trunkline/sessions';
import { changeConnector, type ChangeDeps } from './change-connector.ts';
import { readEntry, readRecord, untilUndisturbed, type ConnectorsBucket } from './connector-records.ts';

interface Named {
  kind: ConnectorKind;
  name: string;
}

/** What refers to a connector by its reply targets. */
export interface Referrers {
  fromFile: Named[];
  runtime: Named[];
  /** Ids of living sessions. */
  sessions: string[];
}

export interface ReferrersDeps {
  bucket: ConnectorsBucket;
  sessions: Pick<Bucket<SessionRecord>, 'get' | 'update' | 'entries'>;
  inventory: Pick<Inventory, 'list'>;
}

/** Finds everything whose reply targets name a connector, other than itself. Reads the bus, so that what was just written counts. */
export async function findReferrers(target: Named, deps: ReferrersDeps): Promise<Referrers> {
  const refers = (config: ConnectorConfig | undefined) =>
    config !== undefined && !isSame(config, target) && replyTargets(config).some((handle) => leadsTo(handle, target));
  const fromFile = deps.inventory.list().filter(({ source, config }) => source === 'file' && refers(config));
  const runtime: Named[] = [];
  for await (const { key, value } of deps.bucket.entries()) {
    const kind = connectorKinds.find((known) => key.startsWith(`${known}.`));
    const { config } = readRecord(value);
    // Parsing each of thousands would take seconds; few name the connector at all.
    if (kind === undefined || !JSON.stringify(config).includes(target.name)) continue;
    const parsed = parseConnector(kind, config);
    if (parsed.ok && refers(parsed.connector)) runtime.push({ kind, name: parsed.connector.name });
  }
  const sessions: string[] = [];
  for await (const { value } of deps.sessions.entries()) {
    if (!value.ended_at && value.reply_targets?.some((handle) => leadsTo(handle, target)))
      sessions.push(value.session_id);
  }
  return { fromFile: fromFile.map(({ kind, name }) => ({ kind, name })), runtime, sessions };
}

const isSame = (a: Named, b: Named) => a.kind === b.kind && a.name === b.name;
const leadsTo = (handle: ReplyHandle, target: Named) => isSame(targetConnector(handle), target);

const replyTargets = (config: ConnectorConfig) =>
  config.kind === 'http' ? config.default_reply_targets : config.additional_reply_targets;
const targetsField = (kind: ConnectorKind) => (kind === 'http' ? 'default_reply_targets' : 'additional_reply_targets');

/** Takes the reply targets that name the connector out of a runtime connector. */
export async function clearConnector(referrer: Named, target: Named, deps: ChangeDeps): Promise<void> {
  const field = targetsField(referrer.kind);
  await untilUndisturbed(async () => {
    const entry = await readEntry(referrer, deps.bucket);
    const written = entry?.record.config[field];
    if (!entry || !Array.isArray(written)) return 'done';
    const others = written.filter((one: unknown) => !leadsTo(canonicalTarget(one, { connector: referrer }), target));
    const change = { connector: referrer, change: { [field]: others }, ifMatch: String(entry.revision) };
    const changed = await changeConnector(change, deps);
    return 'problem' in changed ? 'disturbed' : 'done';
  });
}

/** Takes the reply targets that name the connector out of a session's defaults. */
export async function clearSession(
  { sessionId, key }: { sessionId: string; key: string },
  target: Named,
  { sessions }: Pick<ReferrersDeps, 'sessions'>,
): Promise<void> {
  await untilUndisturbed(async () => {
    const entry = await sessions.get(key);
    if (!entry || entry.value.session_id !== sessionId) return 'done';
    const others = (entry.value.reply_targets ?? []).filter((handle) => !leadsTo(handle, target));
    const written = await sessions.update(key, { ...entry.value, reply_targets: others }, entry.revision);
    return written === undefined ? 'disturbed' : 'done';
  });
}
