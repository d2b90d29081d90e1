import { createGrants, type Grant } from './grants.ts';
import { inboxPrefixOf } from './inbox.ts';
import { bucketNames, objectStoreNames, streamNames, type Names } from './names.ts';
import { routerGroup, userOf, type Role } from './roles.ts';
import { doorbellConsumer } from './stream-definitions.ts';
import { token } from './token.ts';

/** What a NATS user may do, as the server's configuration has it. */
export interface Permissions {
  publish: { allow: string[] };
  subscribe: { allow: string[] };
  /** May answer what it is asked, wherever the answer is to go. */
  allow_responses?: true;
}

/** Exactly what the process of a role does on the bus, in subjects. */
export function permissionsOf(role: Role, names: Names): Permissions {
  const grants = grantsOf(role, names);
  const streams = streamsIn(grants).map((stream) => `$JS.API.STREAM.INFO.${stream}`);
  return {
    publish: { allow: sorted([...streams, ...grants.flatMap(({ publish = [] }) => publish)]) },
    subscribe: {
      allow: sorted([`${inboxPrefixOf(userOf(role))}.>`, ...grants.flatMap(({ subscribe = [] }) => subscribe)]),
    },
    // Who asks waits at an inbox of its own, which no list of subjects of ours can name.
    ...(role.process === 'gateway' && { allow_responses: true }),
  };
}

/** The streams that a role's process works with, by full name: those it may look at, and must find. */
export const streamsOf = (role: Role, names: Names): string[] => streamsIn(grantsOf(role, names));

const streamsIn = (grants: Grant[]) => sorted(grants.flatMap(({ stream }) => stream ?? []));
const sorted = (texts: string[]) => [...new Set(texts)].sort();

function grantsOf(role: Role, names: Names): Grant[] {
  switch (role.process) {
    case 'gateway':
      return gateway(role.kind, names);
    case 'session-router':
      return sessionRouter(names);
    case 'control-plane':
      return controlPlane(names);
    case 'cli':
      return operator(names);
    case 'consumer':
      return consumer(role.group, names);
  }
}

/** Its own kind and nothing else, but for what is not told apart by kind: progress records and targets (no text of messages), files. */
function gateway(kindName: string, names: Names): Grant[] {
  const may = createGrants(names);
  const kind = token(kindName);
  const { prefix } = names;
  const deliveries = `deliveries-${kind}`;
  return [
    may.append('EVENTS', `${prefix}.events.${kind}.>`),
    may.readNewest('EVENTS', `${prefix}.events.${kind}.>`),
    may.follow('DELIVERIES', `${prefix}.deliveries.${kind}.>`),
    may.append('LEDGER', `${prefix}.ledger.*.${kind}.*`, `${prefix}.ledger.dead._._`),
    may.subscribe(`${prefix}.receipts.${kind}.*`, `${prefix}.relay.${kind}.*`, names.allLive),
    may.publish(`${prefix}.relay.${kind}.*`),
    // What operators ask, and how the connectors are.
    may.subscribe(names.ask(kindName), `${prefix}.ask.${kind}.*`, names.statusWanted),
    may.publish(`${prefix}.ask.${kind}.*`, `${prefix}.status.${kind}.*`),

    may.watchKeys('connectors', `${kind}.*`),
    may.readKeys('secrets', `connectors.${kind}.*`, 'shared.*'),
    may.watchKeys('secrets', `connectors.${kind}.*`, 'shared.*'),
    may.writeKeys('secrets', `used.connectors.${kind}.*`, 'used.shared.*'),
    may.readKeys('receipts', `${kind}.*.*`),
    may.writeKeys('receipts', `twins.${kind}.*.*`),
    may.readKeys('bindings', '*'),
    may.writeKeys('grants', `${kind}.*`),
    may.writeKeys('state', `${kind}.>`),
    may.writeKeys('progress', 'delivery.*', 'live.*'),
    may.writeKeys('targets', '*', 'rate.*', `*.${kind}.>`),
    may.watchKeys('targets', '*', `*.${kind}.>`),
    ...leases('platform_leases', kind, names),
    ...leases('worker_leases', deliveries, names),
    may.writeKeys('cursors', `${deliveries}.*`, `leased.${kind}.*`),

    may.putObjects('assets'),
    may.getObjects('assets'),
    may.putObjects('raw'),
    may.describeObjects('raw'),
  ];
}

function sessionRouter(names: Names): Grant[] {
  const may = createGrants(names);
  const { prefix } = names;
  return [
    may.work('EVENTS', doorbellConsumer),
    may.readAll('EVENTS'),
    may.readAll('TURNS'),
    may.append('TURNS', names.allTurns, `${prefix}.skips.>`),
    may.follow('OUTPUTS', `${prefix}.outputs.>`),
    may.append('DELIVERIES', `${prefix}.deliveries.>`),
    may.append('LEDGER', `${prefix}.ledger.rejected.*.*`, `${prefix}.ledger.dead.*.*`),
    may.publish(`${prefix}.receipts.*.*`),

    may.watchKeys('connectors', '>'),
    ...(['sessions', 'bindings'] as const).flatMap((bucket) => [
      may.readAllKeys(bucket),
      may.writeKeys(bucket, '>'),
      may.watchKeys(bucket, '>'),
    ]),
    may.writeKeys('receipts', '*.*.*'),
    may.writeKeys('progress', 'routing.*.*', 'output.*', 'delivery.*'),
    ...leases('worker_leases', routerGroup, names),
    may.writeKeys('cursors', `${routerGroup}.*`, 'leased.session-router.*'),

    // Ending sessions that are idle takes what consumers kept for them along.
    ...leases('platform_leases', 'session-router', names),
    may.readAllKeys('state'),
    may.watchKeys('state', '>'),
    may.writeKeys('state', '*.*.*'),
  ];
}

/** Reads everything and changes what operators change; it can neither make, empty nor delete a stream. */
function controlPlane(names: Names): Grant[] {
  const may = createGrants(names);
  const { prefix } = names;
  return [
    ...streamNames.flatMap((stream) => [may.readAll(stream), may.follow(stream, `${prefix}.>`)]),
    may.append('EVENTS', names.allEvents),
    may.append('DELIVERIES', `${prefix}.deliveries.>`),
    may.append('OUTPUTS', names.allOutputs),
    may.append('LEDGER', names.allLedger),
    may.subscribe(names.allLive, names.allStatus, `${prefix}.receipts.*.*`),
    may.publish(`${prefix}.ask.*`, names.statusWanted),
    ...(['progress', 'bindings', 'state'] as const).map((bucket) => may.readAllKeys(bucket)),
    ...bucketNames.flatMap((bucket) => [may.writeKeys(bucket, '>'), may.watchKeys(bucket, '>')]),
    may.getObjects('assets'),
    may.putObjects('assets'),
    may.getObjects('raw'),
    may.putObjects('raw'),
  ];
}

/** All of the installation, `migrate`, backup and restore included; nothing of other installations on the same server. */
function operator(names: Names): Grant[] {
  const may = createGrants(names);
  const everything = `${names.prefix}.>`;
  return [
    ...streamNames.map((stream) => may.administer(names.stream(stream))),
    ...bucketNames.map((bucket) => may.administer(`KV_${names.bucket(bucket)}`)),
    ...objectStoreNames.map((store) => may.administer(`OBJ_${names.bucket(store)}`)),
    may.publish(everything, '$JS.API.STREAM.LIST', '$JS.API.STREAM.NAMES', '$JS.API.INFO'),
    may.publish(...bucketNames.map((bucket) => `$KV.${names.bucket(bucket)}.>`)),
    may.publish(...objectStoreNames.map((store) => `$O.${names.bucket(store)}.>`)),
    may.subscribe(everything),
  ];
}

/** Turns, and what the group keeps of its own; nothing of platforms or secrets. */
function consumer(groupName: string, names: Names): Grant[] {
  const may = createGrants(names);
  const { prefix } = names;
  const group = token(groupName);
  const lanes = token(`turns.${groupName}`);
  return [
    may.follow('TURNS', names.allTurns),
    may.work('TURNS', group),
    may.append('OUTPUTS', `${prefix}.outputs.>`),
    may.append('LEDGER', `${prefix}.ledger.dead.*.*`),
    may.publish(`${prefix}.live.*`),
    may.getObjects('raw'),
    may.writeKeys('state', `${group}.>`),
    may.writeKeys('progress', `turn.${group}.*`),
    ...leases('worker_leases', lanes, names),
    may.writeKeys('cursors', `${lanes}.*`),
  ];
}

function leases(bucket: 'platform_leases' | 'worker_leases', group: string, names: Names): Grant[] {
  const may = createGrants(names);
  return [may.writeKeys(bucket, `${group}.*.*`), may.watchKeys(bucket, `${group}.>`)];
}
