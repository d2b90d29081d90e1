import type { ConnectorView, LiveState } from '@trunkline/control-api';
import { configFingerprint, viewOf, type InventoryEntry } from '@trunkline/inventory';
import type { SecretView } from '@trunkline/secrets';

/** A connector as it is shown: its entry, and what is known of it beside that. */
export interface Shown {
  entry: InventoryEntry;
  etag: string;
  created_at?: string | undefined;
  updated_at?: string | undefined;
  live: LiveState;
  /** Gateways of its kind that run, whether or not they tell of it. */
  gateways: number;
  /** Stored secrets by reference; those that nothing is stored under are missing. */
  secrets: ReadonlyMap<string, SecretView>;
}

type SecretsShown = ConnectorView['secrets'];

const remembered = new WeakMap<InventoryEntry, ReturnType<typeof viewOf>>();

/** Entries do not change, and lists look at thousands. */
function staticView(entry: InventoryEntry): ReturnType<typeof viewOf> {
  const view = remembered.get(entry) ?? viewOf(entry);
  remembered.set(entry, view);
  return view;
}

/** The references that a connector names: what to look up before it is shown. */
export function referencesOf(entry: InventoryEntry): string[] {
  const views = Object.values(staticView(entry).secrets);
  return views.flatMap((view) => (view.configured && view.secret_ref !== undefined ? [view.secret_ref] : []));
}

/** Makes the view of a connector. Nothing in it has to be hidden from anybody who may see connectors. */
export function connectorView(shown: Shown): ConnectorView {
  const { entry, etag, created_at, updated_at, live } = shown;
  const { kind, name, source, config } = staticView(entry);
  const secrets = secretsShown(shown);
  return {
    ...{ kind, name, source, ...stateOf(entry, secrets, live), config, secrets, etag },
    ...(created_at !== undefined && { created_at }),
    ...(updated_at !== undefined && { updated_at }),
    in_sync: isInSync(shown, secrets),
    live,
  };
}

/** The state alone, for filters. */
export function connectorState(shown: Pick<Shown, 'entry' | 'secrets' | 'live'>): ConnectorView['state'] {
  return stateOf(shown.entry, secretsShown(shown), shown.live).state;
}

function secretsShown({ entry, secrets }: Pick<Shown, 'entry' | 'secrets'>): SecretsShown {
  const views = Object.entries(staticView(entry).secrets).map(([field, view]): [string, SecretsShown[string]] => {
    const stored = view.configured && view.secret_ref !== undefined ? secrets.get(view.secret_ref) : undefined;
    if (!stored) return [field, view];
    const { version, updated_at, last_used_at } = stored;
    return [field, { ...view, version, updated_at, ...(last_used_at !== undefined && { last_used_at }) }];
  });
  return Object.fromEntries(views);
}

/** What the configuration alone says comes first: gateways may be a moment behind it. */
function stateOf(
  entry: InventoryEntry,
  secrets: SecretsShown,
  live: LiveState,
): Pick<ConnectorView, 'state' | 'reason'> {
  if (entry.state === 'degraded') return { state: 'degraded', reason: entry.reason };
  if (entry.state === 'disabled') return { state: 'disabled' };
  const missing = Object.entries(secrets).find(
    ([, view]) => view.source === 'secret_ref' && view.version === undefined,
  );
  if (missing) return { state: 'degraded', reason: `${missing[0]}: secret "${missing[1].secret_ref}" is not set` };
  if (live.state === 'disabled') return { state: 'unknown', reason: 'The gateways are about to switch it on.' };
  return { state: live.state, ...(live.reason !== undefined && { reason: live.reason }) };
}

function isInSync({ entry, live, gateways }: Shown, secrets: SecretsShown): boolean {
  if (entry.config === undefined || live.gateways.length === 0 || live.gateways.length < gateways) return false;
  const fingerprint = configFingerprint(entry.config);
  const versions = entry.config.enabled
    ? Object.entries(secrets).filter(([, { version }]) => version !== undefined)
    : [];
  return live.gateways.every(
    ({ config_fingerprint, secret_versions: inForce = {} }) =>
      config_fingerprint === fingerprint && versions.every(([field, { version }]) => inForce[field] === version),
  );
}
