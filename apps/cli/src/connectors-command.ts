import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorView, ConnectorWritten, ControlClient } from '@trunkline/control-api';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import { Argument, Option, type Command } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, seconds, wholeNumber, type CommandShared, type ControlContext } from './command-shared.ts';
import { showConnectorLog } from './connector-log.ts';
import { connectorChange, type ChangeFlags } from './connector-change.ts';
import { CommandFailed } from './exit-codes.ts';
import { readSecretValue } from './secret-value.ts';
import { printRows, table, type Terminal } from './terminal.ts';

/** `trunkline connectors`. */
export function addConnectors(program: Command, shared: CommandShared): void {
  const connectors = program.command('connectors').description('connectors, while everything runs');
  addList(connectors, shared);
  addGet(connectors, shared);
  addPut(connectors, shared);
  addDelete(connectors, shared);
  for (const to of ['enable', 'disable'] as const) addSwitch(connectors, to, shared);
  addTest(connectors, shared);
  addLog(connectors, shared);
}

interface ListFlags {
  kind?: ConnectorKind;
  source?: ConnectorView['source'];
  state?: ConnectorView['state'];
  search?: string;
  limit?: number;
}

function addList(connectors: Command, shared: CommandShared): void {
  connectors
    .command('list')
    .description('all connectors, of the file and of the control plane, by kind and name')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(connectorKinds))
    .addOption(new Option('--source <source>', 'only from here').choices(['file', 'runtime']))
    .addOption(
      new Option('--state <state>', 'only in this state').choices(['ready', 'degraded', 'disabled', 'unknown']),
    )
    .option('--search <text>', 'only with this in the name')
    .option('--limit <number>', 'at most so many; default: all', wholeNumber)
    .addHelpText('after', '\nExample: trunkline connectors list --state degraded')
    .action(({ search: q, limit, ...filter }: ListFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = { ...filter, ...(q !== undefined && { q }) };
        const read = async (page: object) =>
          (await control.call('listConnectors', { query: { ...query, ...page } })).body;
        const views = await allPages(read, limit);
        if (terminal.json) return printRows(views, [], terminal);
        const rows = views.map((view) => ({ ...view, last_event_at: view.live.last_event_at }));
        printRows(rows, ['kind', 'name', 'source', 'state', 'last_event_at', 'reason'], terminal);
      }),
    );
}

interface Ref {
  kind: ConnectorKind;
  name: string;
}

const withRef = (command: Command) =>
  command.addArgument(new Argument('<kind>').choices(connectorKinds)).argument('<name>');

function addGet(connectors: Command, shared: CommandShared): void {
  withRef(connectors.command('get'))
    .description('one connector: its fields, where its secrets come from, how it is')
    .addHelpText('after', '\nExample: trunkline connectors get http webhook')
    .action((kind: ConnectorKind, name: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const { body } = await control.call('getConnector', { params: { kind, name } });
        showView(body, terminal);
      }),
    );
}

function showView(view: ConnectorView, terminal: Terminal): void {
  if (terminal.json) return terminal.out(JSON.stringify(view));
  const { kind, name, source, state, reason, etag, live } = view;
  terminal.out(`${kind}/${name} (${source}): ${state}${reason === undefined ? '' : `, ${reason}`}`);
  terminal.out(`ETag ${etag}`);
  const secrets = Object.entries(view.secrets).map(([field, { secret_ref, env, ...secret }]) => {
    const from = { secret_ref: `secret ${secret_ref}`, env: `variable ${env}`, inline: 'the file itself' };
    const version = secret.version === undefined ? '' : `, version ${secret.version}`;
    return [field, secret.source === undefined ? '-' : from[secret.source] + version];
  });
  const fields = Object.entries(view.config).map(([field, value]) => [field, shown(value)]);
  terminal.out(`\n${table(['FIELD', 'VALUE'], [...secrets, ...fields])}`);
  const gateways = live.gateways.map(({ gateway, state: at }) => [gateway, at]);
  if (gateways.length > 0) terminal.out(`\n${table(['GATEWAY', 'STATE'], gateways)}`);
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

interface WriteFlags {
  ifMatch?: string;
  wait?: boolean;
}

function addPut(connectors: Command, shared: CommandShared): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  withRef(connectors.command('put'))
    .description('make a connector, or change fields of one; what is not named stays as it is')
    .option('--set <field=value>', 'a field, dotted inside tables; lists as JSON or a,b,c', collect)
    .option('--secret <field=source>', 'a secret: @FILE, - (standard input), env:NAME or ref:REFERENCE', collect)
    .option('--unset <field>', 'back to the default', collect)
    .option('--file <file>', 'fields from a file, JSON or .toml; single flags come on top')
    .option('--grace <duration>', 'how long a replaced secret counts on, such as 15m (default: 24h)', seconds)
    .option('--dry-run', 'check everything and show what would change')
    .option('--if-match <etag>', 'only if nobody changed it since `get` showed this ETag')
    .option('--wait', 'until every gateway works with it, at most 10 s')
    .addHelpText(
      'after',
      '\nExample: trunkline connectors put http webhook --set wait_ms=500 --secret bearer_token=@token.txt --dry-run',
    )
    .action((kind: ConnectorKind, name: string, flags: ChangeFlags & WriteFlags & { dryRun?: boolean }) =>
      onControl(shared, async (context) => {
        const call = {
          params: { kind, name },
          query: flags.dryRun ? ({ dry_run: 'true' } as const) : {},
          body: await connectorChange(kind, flags, (source) =>
            readSecretValue(source, { ...shared, terminal: context.terminal }),
          ),
          ...quotedTag(flags),
        };
        const { body } = await context.control.call('putConnector', call);
        await showWritten(body, flags, context);
      }),
    );
}

/** With or without the quotes that HTTP wants around it. */
function quotedTag({ ifMatch }: Pick<WriteFlags, 'ifMatch'>): { ifMatch?: string } {
  if (ifMatch === undefined) return {};
  return { ifMatch: ifMatch === '*' || ifMatch.startsWith('"') ? ifMatch : `"${ifMatch}"` };
}

async function showWritten(written: ConnectorWritten, { wait }: WriteFlags, context: ControlContext): Promise<void> {
  const { terminal, control } = context;
  const { kind, name, changes, warnings, dry_run: dryRun } = written;
  for (const warning of warnings) terminal.err(`warning: ${warning}`);
  if (terminal.json) terminal.out(JSON.stringify(written));
  else if (changes.length === 0) terminal.out(`${kind}/${name} is like this already.`);
  else {
    const rows = changes.map(({ field, from, to }) =>
      [field, from, to].map((value) => (value === undefined ? '-' : shown(value))),
    );
    terminal.out(table(['FIELD', 'FROM', 'TO'], rows));
    terminal.out(dryRun ? 'Nothing was written (--dry-run).' : `Written. ETag ${written.etag ?? ''}`);
  }
  if (wait && !dryRun) await untilLive({ kind, name }, { terminal, control });
}

const longestWaitMs = 10_000;

async function untilLive(params: Ref, { control, terminal }: { control: ControlClient; terminal: Terminal }) {
  const deadline = performance.now() + longestWaitMs;
  for (;;) {
    const { body } = await control.call('getConnector', { params });
    const count = body.live.gateways.length;
    if (body.in_sync) return terminal.err(`Live on ${count} ${count === 1 ? 'gateway' : 'gateways'}.`);
    if (performance.now() > deadline) {
      throw new CommandFailed('Written, but not every gateway works with it after 10 s.', {
        fix: body.reason ?? body.live.reason ?? `See: trunkline connectors get ${params.kind} ${params.name}`,
      });
    }
    await sleep(200);
  }
}

function addDelete(connectors: Command, shared: CommandShared): void {
  withRef(connectors.command('delete'))
    .description(
      'delete a connector, with the stored secrets that are its own; what waits for it is kept until it expires',
    )
    .option('--force', 'clear reply targets elsewhere that name it')
    .option('--if-match <etag>', 'only if nobody changed it since `get` showed this ETag')
    .addHelpText('after', '\nExample: trunkline connectors delete slack old-team --force')
    .action((kind: ConnectorKind, name: string, flags: { force?: boolean } & WriteFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = flags.force ? ({ force: 'true' } as const) : {};
        const { body } = await control.call('deleteConnector', { params: { kind, name }, query, ...quotedTag(flags) });
        if (terminal.json) return terminal.out(JSON.stringify({ kind, name, ...body }));
        terminal.out('Deleted.');
        for (const reference of body.deleted_secrets) terminal.out(`  secret ${reference}`);
        const { connectors: others, sessions } = body.cleared;
        for (const other of others) terminal.out(`  reply targets of ${other}`);
        for (const session of sessions) terminal.out(`  reply targets of session ${session}`);
      }),
    );
}

function addSwitch(connectors: Command, to: 'enable' | 'disable', shared: CommandShared): void {
  const about = {
    enable: 'switch a connector on',
    disable: 'switch a connector off: it takes nothing in, and its deliveries wait',
  };
  withRef(connectors.command(to))
    .description(about[to])
    .option('--if-match <etag>', 'only if nobody changed it since `get` showed this ETag')
    .option('--wait', 'until every gateway works with it, at most 10 s')
    .addHelpText('after', `\nExample: trunkline connectors ${to} telegram bot`)
    .action((kind: ConnectorKind, name: string, flags: WriteFlags) =>
      onControl(shared, async (context) => {
        const operation = to === 'enable' ? 'enableConnector' : 'disableConnector';
        const { body } = await context.control.call(operation, { params: { kind, name }, ...quotedTag(flags) });
        await showWritten(body, flags, context);
      }),
    );
}

function addTest(connectors: Command, shared: CommandShared): void {
  withRef(connectors.command('test'))
    .description('try a connector: its gateway really talks to the platform; says nothing there')
    .addHelpText('after', '\nExample: trunkline connectors test slack team')
    .action((kind: ConnectorKind, name: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const { body } = await control.call('testConnector', { params: { kind, name } });
        if (terminal.json) terminal.out(JSON.stringify(body));
        else printRows(body.checks, ['outcome', 'name', 'detail', 'ms'], terminal);
        if (!body.passed) throw new CommandFailed(`${kind}/${name} does not work.`, { fix: 'See what failed above.' });
      }),
    );
}

function addLog(connectors: Command, shared: CommandShared): void {
  withRef(connectors.command('log'))
    .description('the last lines of a sidecar that its gateway runs (child_process)')
    .addHelpText('after', '\nExample: trunkline connectors log external discord-main')
    .action((kind: ConnectorKind, name: string) =>
      onControl(shared, (context) => showConnectorLog({ kind, name }, context)),
    );
}
