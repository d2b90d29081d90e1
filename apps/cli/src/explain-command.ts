import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import type { Explanation } from '@trunkline/control-api';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { onControl, type CommandShared } from './command-shared.ts';
import { CommandFailed } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

interface ExplainFlags {
  header: [string, string][];
  query: string;
}

/** `trunkline explain`. */
export function addExplain(program: Command, shared: CommandShared): void {
  program
    .command('explain')
    .description(
      'say what would become of a payload: event, session and why, turn, where answers go; nothing is stored',
    )
    .addArgument(new Argument('<kind>', 'kind of the connector').choices(connectorKinds))
    .argument('<name>', 'name of the connector')
    .argument('[file]', 'file with the payload as the platform would post it; - or none: standard input')
    .option(
      '--header <name: value>',
      'a header of the request, for each: with them it is judged whether it is let in',
      headers,
      [],
    )
    .option('--query <text>', 'query of the request', '')
    .addHelpText(
      'after',
      '\nExample: echo \'{"content":"hello"}\' | trunkline explain http demo --header "content-type: application/json"',
    )
    .action(async (...given: [ConnectorKind, string, string | undefined, ExplainFlags]) => {
      const [kind, name, file, flags] = given;
      const body = file === undefined || file === '-' ? await readAll(shared.input) : readPayload(file);
      const asked = { kind, name, body, headers: Object.fromEntries(flags.header), query: flags.query };
      return onControl(shared, async ({ control, terminal }) => {
        show((await control.call('explainRequest', { body: asked })).body, terminal);
      });
    });
}

function headers(text: string, before: [string, string][]): [string, string][] {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as "name: value".');
  return [...before, [name.toLowerCase(), value]];
}

function readPayload(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandFailed(`${file} cannot be read.`, { exit: 'not_found', fix: 'Check the path.', cause });
  }
}

function show(explanation: Explanation, terminal: Terminal): void {
  if (terminal.json) return terminal.out(JSON.stringify(explanation));
  const { connector, admission, events } = explanation;
  terminal.out(line('Connector', `${connector.kind}/${connector.name}`));
  terminal.out(line('Let in', `${admission.outcome}: ${admission.reason}`));
  for (const event of events) for (const each of linesOf(event)) terminal.out(each);
}

function linesOf(event: Explanation['events'][number]): string[] {
  const { outcome, event_id, conversation, session, turn_subject, replies, code, reason, stored } = event;
  const why = reason ?? code;
  const rows: [string, string | undefined][] = [
    ['Event', [outcome, event_id].filter((part) => part !== undefined).join(' ')],
    ['Why', why],
    ['Stored', stored === 'no' ? undefined : stored],
    ['Conversation', conversation],
    ['Session', session && sessionText(session)],
    ['Turn', turn_subject],
    ['Answers', replies && (replies.targets.map(({ target }) => JSON.stringify(target)).join(', ') || 'go nowhere')],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [line(name, value)]));
}

type Session = NonNullable<Explanation['events'][number]['session']>;

function sessionText({ outcome, session_id, would_create, decided_by, binding_key, code, reason }: Session): string {
  if (outcome === 'skip') return `none: ${reason ?? code ?? 'no reason given'}`;
  const by = binding_key === undefined ? decided_by : `${decided_by} ${binding_key}`;
  return `${session_id ?? ''} (${would_create ? 'would be made' : 'exists'}; by ${by})`;
}

const line = (name: string, value: string) => `${name.padEnd(13)} ${value}`;
