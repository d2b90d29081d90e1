import { parseConnector } from '@trunkline/config';
import type { ConnectorView, connectorRoutes } from '@trunkline/control-api';
import type { ConnectorKind } from '@trunkline/events';
import { configFingerprint, type Inventory, type InventoryEntry } from '@trunkline/inventory';
import type { FollowedSecretViews, SecretStore, SecretView } from '@trunkline/secrets';
import type { FollowedStatus } from '../gateways/follow-status.ts';
import type { HandlersOf, OperationRequest } from '../operation.ts';
import { pageOf } from '../page-of.ts';
import { changeConnector, noConnector, type ConnectorChange } from './change-connector.ts';
import { listKey, type ConnectorIndex } from './connector-index.ts';
import { readEntry, type ConnectorEntry } from './connector-records.ts';
import { connectorView, knownState, referencesOf, type Shown } from './connector-view.ts';
import { deleteConnector, type DeleteDeps } from './delete-connector.ts';

/** What the operations on connectors work with. */
export interface ConnectorDeps extends DeleteDeps {
  secrets: Pick<SecretStore, 'set' | 'view' | 'delete'>;
  inventory: Pick<Inventory, 'get' | 'list' | 'referringTo'>;
  status: Pick<FollowedStatus, 'of' | 'gateways'>;
  index: Pick<ConnectorIndex, 'sorted' | 'facts' | 'liveState'>;
  secretViews: Pick<FollowedSecretViews, 'view'>;
}

type Routes = typeof connectorRoutes;
type Ref = { kind: ConnectorKind; name: string };

/** Operations on connectors. */
export function connectorHandlers(deps: ConnectorDeps): HandlersOf<Routes> {
  return {
    listConnectors: async ({ query }) => ({ answer: listConnectors(query, deps) }),
    async getConnector({ params }) {
      const view = await findView(params, deps);
      return view ? { answer: view, etag: view.etag } : noConnector(params);
    },
    putConnector: async ({ params, query, body, ifMatch, exchange }) =>
      write(
        {
          connector: params,
          change: body,
          ifMatch,
          onlyCreate: exchange.req.headers['if-none-match']?.trim() === '*',
          dryRun: query.dry_run,
        },
        deps,
      ),
    enableConnector: async (request) => write(switched(request, true), deps),
    disableConnector: async (request) => write(switched(request, false), deps),
    async deleteConnector({ params, query, ifMatch }) {
      const deleted = await deleteConnector({ connector: params, ifMatch, force: query.force }, deps);
      if ('problem' in deleted) return deleted;
      const { deletedSecrets, cleared } = deleted;
      const references = [...cleared.connectors, ...cleared.sessions];
      return {
        answer: { deleted_secrets: deletedSecrets, cleared },
        audit: {
          target: params,
          changes: [
            { field: 'connector', from: 'exists' },
            ...deletedSecrets.map((reference) => ({ field: `secret ${reference}`, from: 'exists' })),
            ...(references.length > 0 ? [{ field: 'references', from: references }] : []),
          ],
        },
      };
    },
  };
}

const switched = (
  { params, ifMatch }: Pick<OperationRequest<Routes['enableConnector']>, 'params' | 'ifMatch'>,
  enabled: boolean,
): ConnectorChange => ({ connector: params, change: { enabled }, ifMatch, onlyExisting: true });

async function write(wanted: ConnectorChange, deps: ConnectorDeps) {
  const done = await changeConnector(wanted, deps);
  if ('problem' in done) return done;
  const { connector, entry, created, changes, warnings } = done;
  const dryRun = wanted.dryRun === true;
  const state = connector.enabled ? ({ state: 'ready', secrets: {} } as const) : ({ state: 'disabled' } as const);
  const asPlanned: InventoryEntry = { ...wanted.connector, source: 'runtime', config: connector, ...state };
  const { etag, ...view } = await viewWith(asPlanned, { ...factsOf(entry) }, deps);
  const written = !dryRun && changes.length > 0;
  return {
    answer: { ...view, ...(entry && { etag }), changes, warnings, dry_run: dryRun },
    ...(entry && { etag }),
    ...(written && created && { status: 201 as const }),
    audit: written ? { target: wanted.connector, changes } : ('nothing_changed' as const),
  };
}

const factsOf = (entry: ConnectorEntry | undefined) => ({
  etag: String(entry?.revision ?? ''),
  created_at: entry?.record.created_at,
  updated_at: entry?.record.updated_at,
});

/** Read from the bus itself, so that who has just written sees it; connectors of the file are in memory. */
async function findView(ref: Ref, deps: ConnectorDeps): Promise<ConnectorView | undefined> {
  const known = deps.inventory.get(ref.kind, ref.name);
  if (known?.source === 'file') return viewWith(known, { etag: fileTag(known) }, deps);
  const entry = await readEntry(ref, deps.bucket);
  return entry && viewWith(inventoryEntry(ref, entry), factsOf(entry), deps);
}

function inventoryEntry(ref: Ref, { record }: ConnectorEntry): InventoryEntry {
  const parsed = parseConnector(ref.kind, record.config);
  const base = { ...ref, source: 'runtime' } as const;
  if (!parsed.ok) {
    const reason = `its stored configuration is not valid: ${parsed.problems.map(({ message }) => message).join('; ')}`;
    return { ...base, state: 'degraded', reason };
  }
  const config = parsed.connector;
  return config.enabled ? { ...base, state: 'ready', config, secrets: {} } : { ...base, state: 'disabled', config };
}

/** What no operation changes has a tag by its content. */
const fileTag = ({ config }: InventoryEntry) => `file-${config === undefined ? '' : configFingerprint(config)}`;

type Facts = Pick<Shown, 'etag' | 'created_at' | 'updated_at'>;

async function viewWith(entry: InventoryEntry, facts: Facts, deps: ConnectorDeps): Promise<ConnectorView> {
  const found = await Promise.all(referencesOf(entry).map((reference) => deps.secrets.view(reference)));
  return connectorView({ entry, ...facts, ...liveFacts(entry, deps), secrets: byReference(found) });
}

const byReference = (views: readonly (SecretView | undefined)[]) =>
  new Map(views.flatMap((view) => (view ? [[view.reference, view] as const] : [])));

const liveFacts = (entry: InventoryEntry, { status }: Pick<ConnectorDeps, 'status'>) => ({
  live: status.of(entry),
  gateways: status.gateways(entry.kind).length,
});

type ListQuery = OperationRequest<Routes['listConnectors']>['query'];

/** All from memory: however many connectors there are, only those of the page are turned into views. */
function listConnectors(query: ListQuery, deps: ConnectorDeps): { items: ConnectorView[]; next?: string } {
  const { kind, source, state, q } = query;
  const known = (entry: InventoryEntry) => ({
    entry,
    ...liveFacts(entry, deps),
    secrets: byReference(referencesOf(entry).map((reference) => deps.secretViews.view(reference))),
  });
  const isWanted = (entry: InventoryEntry) =>
    (kind === undefined || entry.kind === kind) &&
    (source === undefined || entry.source === source) &&
    (q === undefined || entry.name.includes(q)) &&
    (state === undefined || knownState(entry, deps).state === state);
  const { items, next } = pageOf<InventoryEntry>(deps.index.sorted().filter(isWanted), { ...query, keyOf: listKey });
  const views = items.map((entry) => {
    const { revision, ...times } = deps.index.facts(entry) ?? { revision: undefined };
    const etag = revision === undefined ? fileTag(entry) : String(revision);
    return connectorView({ ...known(entry), etag, ...times });
  });
  return { items: views, ...(next !== undefined && { next }) };
}
