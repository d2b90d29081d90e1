import type { Bus } from '@trunkline/bus';
import type { ConnectorConfig } from '@trunkline/config';
import type { AnswerOf, sessionRoutes } from '@trunkline/control-api';
import {
  bindingKey,
  editSession,
  policyConflict,
  withPolicy,
  type BindingRecord,
  type SessionRecord,
} from '@trunkline/sessions';

type Applied = AnswerOf<(typeof sessionRoutes)['applySessionPolicy']>;

const shown = 20;

/** Finds the sessions that a connector's policy contradicts and moves them to it, unless it is a dry run. */
export async function applySessionPolicy(
  config: ConnectorConfig,
  { dryRun, bus, now }: { dryRun: boolean; bus: Pick<Bus, 'bucket'>; now: number },
): Promise<Applied> {
  const policy = config.session_policy;
  const ids = await namedSessions(config, bus);
  const applied: Applied = { sessions: 0, conflicting: 0, moved: 0, sample: [], dry_run: dryRun };
  for await (const { value } of bus.bucket<SessionRecord>('sessions').entries()) {
    if (value.ended_at !== undefined || !belongs(value, { config, ids })) continue;
    applied.sessions += 1;
    const field = policyConflict(policy, value);
    if (field === undefined) continue;
    const { session_id } = value;
    applied.conflicting += 1;
    if (applied.sample.length < shown) applied.sample.push({ session_id, field });
    if (!dryRun && (await move(session_id, policy, { bus, now }))) applied.moved += 1;
  }
  return applied;
}

/** False where it ended meanwhile. */
async function move(
  sessionId: string,
  policy: ConnectorConfig['session_policy'],
  { bus, now }: { bus: Pick<Bus, 'bucket'>; now: number },
) {
  const change = (record: SessionRecord) => withPolicy(record, policy);
  return (await editSession({ sessionId, change, now }, bus.bucket('sessions'))).status === 'done';
}

function belongs(
  { session_id, connector }: SessionRecord,
  { config, ids }: { config: ConnectorConfig; ids: ReadonlySet<string> },
): boolean {
  if (ids.has(session_id)) return true;
  if (connector) return connector.kind === config.kind && connector.name === config.name;
  // Made before sessions knew whose they are: natural ids begin with their connector.
  return session_id.startsWith(`${config.kind}:${config.name}:`);
}

/** Sessions that the connector's own configuration leads to. */
async function namedSessions(config: ConnectorConfig, bus: Pick<Bus, 'bucket'>): Promise<Set<string>> {
  const keys = config.kind === 'http' ? config.default_binding_keys : config.additional_binding_keys;
  const bindings = bus.bucket<BindingRecord>('bindings');
  const entries = await Promise.all(keys.map((key) => bindings.get(bindingKey(key))));
  const bound = entries.flatMap((entry) => (entry ? [entry.value.session_id] : []));
  return new Set([...bound, ...(config.fixed_session_id === undefined ? [] : [config.fixed_session_id])]);
}
