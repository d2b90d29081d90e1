import type { Command } from 'commander';
import {
  deriveKeyring,
  gatewayPurposes,
  generateKey,
  loadKeyring,
  mayUse,
  replyHandlePurpose,
} from '@trunkline/secrets';
import { connectorKinds } from '@trunkline/events';
import { Argument, Option } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, seconds, type CommandShared } from './command-shared.ts';
import { withDevKey } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';
import { readSecretValue, type ValueFlags } from './secret-value.ts';
import { printRows, type Terminal } from './terminal.ts';

/** `trunkline secrets`. */
export function addSecrets(program: Command, shared: CommandShared): void {
  const secrets = program.command('secrets').description('the secret store, and the master key that encrypts it');
  addGenerateKey(secrets, shared);
  addDeriveKey(secrets, shared);
  addSet(secrets, shared);
  addList(secrets, shared);
  secrets
    .command('delete <reference>')
    .description('delete a secret that no connector refers to')
    .addHelpText('after', '\nExample: trunkline secrets delete connectors.http.orders.bearer_token')
    .action((reference: string) =>
      onControl(shared, async ({ control, terminal }) => {
        await control.call('deleteSecret', { params: { reference } });
        terminal.out(terminal.json ? JSON.stringify({ reference, state: 'deleted' }) : 'Deleted.');
      }),
    );
  secrets
    .command('rekey')
    .description('encrypt every secret anew with the first master key, while it is in use')
    .addHelpText('after', '\nExample: trunkline secrets rekey')
    .action(() => onControl(shared, rekey));
}

function addGenerateKey(secrets: Command, { terminal }: CommandShared): void {
  secrets
    .command('generate-key')
    .description('make a master key: one line for the keyring file, first for a rotation; needs no installation')
    .addOption(new Option('--id <id>', 'its name; another one for each key').default(idOfToday(), 'the date'))
    .addHelpText('after', '\nExample: trunkline secrets generate-key > master.key')
    .action(({ id }: { id: string }) => {
      const line = generateKey(id);
      const { json, out, err } = terminal();
      if (json) return out(JSON.stringify({ id, key: line }));
      err(`Key ${id}. Whoever has it can read every secret: keep it, and keep it apart from backups of NATS.`);
      out(line);
    });
}

const idOfToday = () => `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;

function addDeriveKey(secrets: Command, { terminal, env, globals }: CommandShared): void {
  secrets
    .command('derive-key')
    .description('print the keyring of one process, made from TRUNKLINE_MASTER_KEY_FILE: it opens nothing else')
    .addArgument(new Argument('<process>', 'which one').choices(Object.keys(purposesOf)))
    .addHelpText(
      'after',
      '\nExample: TRUNKLINE_MASTER_KEY_FILE=master.key trunkline secrets derive-key slack-gateway > slack.key',
    )
    .action(async (process: string) => {
      const loaded = await loadKeyring(withDevKey(env, globals().stateDir));
      if (loaded.status === 'loaded')
        return printKeyring(deriveKeyring(loaded.keyring, purposesOf[process] ?? []), terminal());
      const problem = loaded.status === 'invalid' ? loaded : { problem: 'There is no master key.', fix: noMasterKey };
      throw new CommandFailed(problem.problem, { exit: 'usage', fix: problem.fix });
    });
}

/** What the processes that need no master key derive keys for. */
const purposesOf: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(connectorKinds.map((kind) => [`${kind}-gateway`, gatewayPurposes(kind)])),
  'session-router': [replyHandlePurpose],
};

const noMasterKey = 'Set TRUNKLINE_MASTER_KEY_FILE or TRUNKLINE_MASTER_KEY.';

function printKeyring(text: string, { json, out }: Terminal): void {
  out(json ? JSON.stringify({ keyring: text.trimEnd().split('\n') }) : text.trimEnd());
}

function addSet(secrets: Command, shared: CommandShared): void {
  secrets
    .command('set <reference>')
    .description('store a value; asks for it unless told where it is. One newline at its end is dropped')
    .option('--stdin', 'read it from standard input')
    .option('--from-file <file>', 'read it from a file')
    .option('--from-env <name>', 'read it from an environment variable')
    .option(
      '--grace <duration>',
      'how long the value before still lets requests in; 0 cuts it off (default: 24h)',
      seconds,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  trunkline secrets set connectors.slack.team.bot_token\n  pass show slack | trunkline secrets set shared.slack --stdin --grace 1h',
    )
    .action(async (reference: string, flags: ValueFlags & { grace?: number }) => {
      const value = await readSecretValue(flags, { ...shared, terminal: shared.terminal() });
      return onControl(shared, async ({ control, terminal }) => {
        const body = { value, ...(flags.grace !== undefined && { grace_seconds: flags.grace }) };
        const { body: view } = await control.call('setSecret', { params: { reference }, body });
        if (terminal.json) return terminal.out(JSON.stringify(view));
        if (!connectorKinds.some((kind) => mayUse(kind, reference))) terminal.err(ofNoUse);
        const replaced = view.versions[1]?.expires_at;
        const until = replaced === undefined ? '' : ` The one before lets requests in until ${replaced}.`;
        terminal.out(`Version ${view.version} of ${reference}.${until}`);
      });
    });
}

const ofNoUse = 'No connector can use it: references begin with connectors.<kind>. or shared.';

function addList(secrets: Command, shared: CommandShared): void {
  secrets
    .command('list')
    .description('stored secrets, never their values')
    .option('--begins-with <text>', 'only references that begin so')
    .addHelpText('after', '\nExample: trunkline secrets list --begins-with connectors.slack.')
    .action(({ beginsWith: prefix }: { beginsWith?: string }) =>
      onControl(shared, async ({ control, terminal }) => {
        const read = async (query: object) => (await control.call('listSecrets', { query: { prefix, ...query } })).body;
        const views = await allPages(read);
        if (terminal.json) return printRows(views, [], terminal);
        const rows = views.map(({ versions: [current, ...replaced], ...view }) => ({
          ...view,
          key: current?.key_id,
          old_until: replaced[0]?.expires_at,
        }));
        printRows(rows, ['reference', 'version', 'updated_at', 'last_used_at', 'old_until', 'key'], terminal);
      }),
    );
}

async function rekey({ control, terminal }: Parameters<Parameters<typeof onControl>[1]>[0]): Promise<void> {
  const { body } = await control.call('rekeySecrets', {});
  const { key_id, keys, rekeyed, unchanged, failed } = body;
  if (terminal.json) terminal.out(JSON.stringify(body));
  else {
    for (const { reason } of failed) terminal.err(reason);
    terminal.out(`${rekeyed} encrypted anew with key ${key_id}, ${unchanged} were already.`);
  }
  if (failed.length > 0) {
    throw new CommandFailed(`${failed.length} could not be decrypted.`, {
      fix: 'Keep every old key in the keyring, and set these secrets again or delete them.',
    });
  }
  const old = keys.filter((id) => id !== key_id).join(', ');
  if (old !== '' && !terminal.json) {
    terminal.err(`Nothing stored needs ${old} any more; reply handles and file URLs may, for 30 days.`);
  }
}
