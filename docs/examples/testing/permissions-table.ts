import { createNames, permissionsOf, token, type Role } from '@trunkline/bus';

const own = 'own';
/** What leases go by. */
const lanes = token(`turns.${own}`);
const roles: [heading: string, role: Role][] = [
  ['`<kind>-gateway`', { process: 'gateway', kind: own }],
  ['`session-router`', { process: 'session-router' }],
  ['`control-plane`', { process: 'control-plane' }],
  ['`consumer-<group>`', { process: 'consumer', group: own }],
];

const subjects = ['events', 'turns', 'outputs', 'deliveries', 'ledger', 'live', 'receipts', 'relay', 'ask', 'status'];
const buckets = [
  ...['connectors', 'secrets', 'sessions', 'bindings', 'receipts', 'tokens', 'grants'],
  ...['platform_leases', 'worker_leases', 'cursors', 'progress', 'targets', 'state'],
];
const objects = ['assets', 'raw'];

/** What each role may read and write, from the permissions that its user gets; headings first. */
export function permissionsTable(): string[][] {
  const names = createNames('tl');
  const rights = roles.map(([, role]) => rightsIn(permissionsOf(role, names)));
  const row = (name: string, prefix: string) => [name, ...rights.map((right) => cell(prefix, right))];
  return [
    ['', ...roles.map(([heading]) => heading)],
    ...subjects.map((name) => row(`\`tl.${name}.>\``, `tl.${name}.`)),
    ...buckets.map((name) => row(`bucket \`${name}\``, `$KV.tl_${name}.`)),
    ...objects.map((name) => row(`objects \`${name}\``, `$O.tl_${name}.C.`)),
  ];
}

interface Rights {
  read: string[];
  write: string[];
}

const readers = /^\$JS\.API\.(?:CONSUMER\.CREATE\.\w+\.\*|DIRECT\.GET\.\w+)\.(.+)$/;
const wholeStream = /^\$JS\.API\.(?:DIRECT\.GET|CONSUMER\.MSG\.NEXT)\.tl_([A-Z]+)(?:\.\w+)?$/;

function rightsIn({ publish, subscribe }: ReturnType<typeof permissionsOf>): Rights {
  const read = publish.allow.flatMap((subject) => {
    const stream = wholeStream.exec(subject)?.[1];
    return stream === undefined ? (readers.exec(subject)?.[1] ?? []) : `tl.${stream.toLowerCase()}.>`;
  });
  return { read: [...read, ...subscribe.allow], write: publish.allow.filter((subject) => !subject.startsWith('$JS.')) };
}

function cell(prefix: string, { read, write }: Rights): string {
  const [reads, writes] = [scope(prefix, read), scope(prefix, write)];
  if (reads !== undefined && reads === writes) return `read, write: ${reads}`;
  return [reads && `read: ${reads}`, writes && `write: ${writes}`].filter(Boolean).join('; ') || '-';
}

type Scope = 'all' | 'part' | 'own' | 'own and common';

function scope(prefix: string, filters: string[]): Scope | undefined {
  const within = filters.filter((filter) => filter.startsWith(prefix)).map((filter) => filter.slice(prefix.length));
  if (within.length === 0) return undefined;
  const isOwn = (filter: string) =>
    filter
      .split('.')
      .some((part) => [own, `deliveries-${own}`, lanes, 'reply-routing', 'session-router'].includes(part));
  if (within.every(isOwn)) return 'own';
  if (within.some(isOwn)) return 'own and common';
  return within.some((filter) => /^[*.>]+$/.test(filter)) ? 'all' : 'part';
}
