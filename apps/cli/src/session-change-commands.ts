import { readFileSync } from 'node:fs';
import {
  capabilityScopeSchema,
  connectorKinds,
  credentialScopeSchema,
  describeIssues,
  replyTargetSchema,
  type ConnectorKind,
} from '@trunkline/events';
import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { onControl, type CommandShared } from './command-shared.ts';
import { CommandFailed } from './exit-codes.ts';
import { printDocument } from './terminal.ts';

/** The commands of `trunkline sessions` that change something. */
export function addSessionChanges(sessions: Command, shared: CommandShared): void {
  addLives(sessions, shared);
  addInput(sessions, shared);
  addReplyTargets(sessions, shared);
  addPersona(sessions, shared);
  addScope(sessions, shared, 'capability');
  addScope(sessions, shared, 'credential');
  addApplyPolicy(sessions, shared);
}

function addLives(sessions: Command, shared: CommandShared): void {
  sessions
    .command('create <session_id>')
    .description('make a session before any event does')
    .option('--persona <id>', 'bind it to a persona')
    .option('--key <key...>', 'binding keys that lead to it')
    .addHelpText('after', '\nExample: trunkline sessions create support-42 --persona helper --key customer-42')
    .action((session_id: string, { persona: persona_id, key }: { persona?: string; key?: string[] }) =>
      onControl(shared, async ({ control, terminal }) => {
        const body = { session_id, persona_id, binding_keys: key };
        printDocument((await control.call('createSession', { body })).body, terminal);
      }),
    );
  sessions
    .command('end <session_id>')
    .description('end a session: its keys are free, what consumers kept for it is gone')
    .addHelpText('after', '\nExample: trunkline sessions end support-42')
    .action((session_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        await control.call('endSession', { params: { session_id } });
        terminal.out(terminal.json ? JSON.stringify({ session_id, state: 'ended' }) : 'Ended.');
      }),
    );
}

function addInput(sessions: Command, shared: CommandShared): void {
  sessions
    .command('input <session_id> <text>')
    .description("say something in a session, under your token's name; it becomes a turn")
    .option('--idempotency-key <key>', 'the same key again is the same input')
    .addHelpText('after', '\nExample: trunkline sessions input support-42 "Please summarize."')
    .action((session_id: string, content: string, { idempotencyKey: idempotency_key }: { idempotencyKey?: string }) =>
      onControl(shared, async ({ control, terminal }) => {
        const { body } = await control.call('addInput', { params: { session_id }, body: { content, idempotency_key } });
        if (terminal.json) return terminal.out(JSON.stringify(body));
        terminal.out(body.turn_id === undefined ? `${body.event_id} is ${body.status}.` : `Turn ${body.turn_id}.`);
      }),
    );
}

function addReplyTargets(sessions: Command, shared: CommandShared): void {
  const targets = sessions.command('reply-targets').description('where outputs go that bring no target of their own');
  targets
    .command('get <session_id>')
    .description('the default targets of a session')
    .addHelpText('after', '\nExample: trunkline sessions reply-targets get support-42')
    .action((session_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        printDocument((await control.call('getReplyTargets', { params: { session_id } })).body.reply_targets, terminal);
      }),
    );
  targets
    .command('set <session_id> <file>')
    .description('replace them with the list in a JSON file, or - for standard input')
    .addHelpText('after', '\nExample: trunkline sessions reply-targets set support-42 targets.json')
    .action((session_id: string, file: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const body = { reply_targets: readJson(file, z.array(replyTargetSchema)) };
        const { reply_targets } = (await control.call('putReplyTargets', { params: { session_id }, body })).body;
        printDocument(reply_targets, terminal);
      }),
    );
  targets
    .command('clear <session_id>')
    .description('forget them: outputs without a target stay in the session')
    .addHelpText('after', '\nExample: trunkline sessions reply-targets clear support-42')
    .action((session_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        await control.call('clearReplyTargets', { params: { session_id } });
        terminal.out(terminal.json ? JSON.stringify({ session_id, reply_targets: [] }) : 'Cleared.');
      }),
    );
}

function addPersona(sessions: Command, shared: CommandShared): void {
  sessions
    .command('set-persona <session_id> [persona_id]')
    .description('bind a session to a persona; without one, unbind it')
    .addHelpText('after', '\nExample: trunkline sessions set-persona support-42 helper')
    .action((session_id: string, persona_id: string | undefined) =>
      onControl(shared, async ({ control, terminal }) => {
        const body = { persona_id: persona_id ?? null };
        printDocument((await control.call('putPersona', { params: { session_id }, body })).body, terminal);
      }),
    );
}

function addScope(sessions: Command, shared: CommandShared, which: 'capability' | 'credential'): void {
  sessions
    .command(`set-${which}-scope <session_id> <file>`)
    .description(`replace the ${which} scope with the one in a JSON file, or - for standard input`)
    .addHelpText('after', `\nExample: trunkline sessions set-${which}-scope support-42 scope.json`)
    .action((session_id: string, file: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const params = { session_id };
        const { body } =
          which === 'capability'
            ? await control.call('putCapabilityScope', { params, body: readJson(file, capabilityScopeSchema) })
            : await control.call('putCredentialScope', { params, body: readJson(file, credentialScopeSchema) });
        printDocument(body, terminal);
      }),
    );
}

function addApplyPolicy(sessions: Command, shared: CommandShared): void {
  sessions
    .command('apply-policy')
    .description("move a connector's sessions to its session_policy")
    .addArgument(new Argument('<kind>', 'kind of the connector').choices(connectorKinds))
    .argument('<name>', 'name of the connector')
    .option('--dry-run', 'tell which sessions refuse its events now')
    .addHelpText('after', '\nExample: trunkline sessions apply-policy slack team --dry-run')
    .action((kind: ConnectorKind, name: string, { dryRun }: { dryRun?: boolean }) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = dryRun ? ({ dry_run: 'true' } as const) : {};
        const { body } = await control.call('applySessionPolicy', { params: { kind, name }, query });
        if (terminal.json) return terminal.out(JSON.stringify(body));
        const { sessions: all, conflicting, moved, sample } = body;
        terminal.out(
          `${conflicting} of ${all} active sessions ${dryRun ? 'contradict' : 'contradicted'} the policy; ${moved} moved.`,
        );
        for (const { session_id, field } of sample) terminal.out(`  ${session_id}  ${field}`);
      }),
    );
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (cause) {
    throw new CommandFailed(`${file} holds no JSON that can be read.`, { exit: 'usage', cause });
  }
  const read = schema.safeParse(document);
  if (read.success) return read.data;
  throw new CommandFailed(`${file} is not as it should be: ${describeIssues(read.error).join('; ')}`, {
    exit: 'usage',
  });
}
