import type { ConnectorView, LiveState } from '@trunkline/control-api';
import { configFingerprint, viewOf, type InventoryEntry } from '@trunkline/inventory';
import type { FollowedSecretViews, SecretView } from '@trunkline/secrets';
import type { ConnectorIndex } from './connector-index.ts';

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
  const state = connectorState(entry, { secret: (reference) => shown.secrets.get(reference), live: () => live });
  return {
    ...{ kind, name, source, ...state, config, secrets, etag },
    ...(created_at !== undefined && { created_at }),
    ...(updated_at !== undefined && { updated_at }),
    in_sync: isInSync(shown, secrets),
    live,
  };
}

/** Where the parts of a state come from; asked for no more than it takes to know it, as filters look at thousands. */
interface StateSources {
  secret(reference: string): SecretView | undefined;
  live(): Pick<LiveState, 'state' | 'reason'>;
}

/** What the configuration alone says comes first: gateways may be a moment behind it. */
function connectorState(entry: InventoryEntry, from: StateSources): Pick<ConnectorView, 'state' | 'reason'> {
  if (entry.state === 'degraded') return { state: 'degraded', reason: entry.reason };
  if (entry.state === 'disabled') return { state: 'disabled' };
  for (const [field, view] of Object.entries(staticView(entry).secrets)) {
    const reference = view.configured ? view.secret_ref : undefined;
    if (reference !== undefined && from.secret(reference) === undefined)
      return { state: 'degraded', reason: `${field}: secret "${reference}" is not set` };
  }
  const { state, reason } = from.live();
  if (state === 'disabled') return { state: 'unknown', reason: 'The gateways are about to switch it on.' };
  return { state, ...(reason !== undefined && { reason }) };
}

/** The state from what is in memory, for lists. */
export const knownState = (
  entry: InventoryEntry,
  from: { secretViews: Pick<FollowedSecretViews, 'view'>; index: Pick<ConnectorIndex, 'liveState'> },
): Pick<ConnectorView, 'state' | 'reason'> =>
  connectorState(entry, {
    secret: (reference) => from.secretViews.view(reference),
    live: () => ({ state: from.index.liveState(entry) }),
  });

function secretsShown({ entry, secrets }: Pick<Shown, 'entry' | 'secrets'>): SecretsShown {
  const views = Object.entries(staticView(entry).secrets).map(([field, view]): [string, SecretsShown[string]] => {
    const stored = view.configured && view.secret_ref !== undefined ? secrets.get(view.secret_ref) : undefined;
    if (!stored) return [field, view];
    const { version, updated_at, last_used_at } = stored;
    return [field, { ...view, version, updated_at, ...(last_used_at !== undefined && { last_used_at }) }];
  });
  return Object.fromEntries(views);
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
