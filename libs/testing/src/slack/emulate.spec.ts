import { createEmulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FakeSlack } from './fake-slack.ts';
import { isJson, type Json } from './json.ts';
import { startFakeSlack } from './start-fake-slack.ts';

/** One Slack of the two, and what the calls so far have learned of it. */
interface Side {
  api: string;
  token: string;
  known: Record<string, string>;
}

interface Row {
  method: string;
  args?: (known: Record<string, string>) => Record<string, unknown>;
  /** Keeps fields of the answer for later rows: name to field. */
  learn?: Record<string, string>;
  /** `ok` or the error of both, or of each: [emulate, ours]. */
  says: string | readonly [string, string];
  /** Fields that only emulate has. */
  without?: string[];
  /** Who is right where they differ. */
  because?: string;
}

const cut = 'x'.repeat(40_001);

/** Both sides answer these one after the other: later rows build on earlier ones. */
const rows: Row[] = [
  { method: 'auth.test', says: 'ok' },
  { method: 'chat.postMessage', args: ({ channel }) => ({ channel, text: 'hi' }), learn: { root: 'ts' }, says: 'ok' },
  { method: 'chat.postMessage', args: () => ({ channel: 'general', text: 'hi' }), says: 'ok' },
  {
    method: 'chat.postMessage',
    args: ({ channel, root }) => ({ channel, text: 'r', thread_ts: root }),
    learn: { reply: 'ts' },
    says: 'ok',
  },
  { method: 'chat.postMessage', args: ({ channel }) => ({ channel }), says: 'no_text' },
  { method: 'chat.postMessage', args: () => ({ channel: 'C0NOWHERE', text: 'x' }), says: 'channel_not_found' },
  { method: 'chat.postMessage', args: ({ channel }) => ({ channel, text: cut }), says: 'ok' },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, text: 'x', metadata: '{"no' }),
    says: 'invalid_metadata_format',
  },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, text: 'x', metadata: { event_type: 'x' } }),
    says: ['ok', 'invalid_metadata_format'],
    because: 'ours: metadata is an event_type and an event_payload',
  },
  {
    method: 'chat.postMessage',
    args: () => ({ text: 'x' }),
    says: ['channel_not_found', 'invalid_arguments'],
    because: 'ours, from memory: Slack names the missing field in response_metadata',
  },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, blocks: '{"no' }),
    says: ['invalid_blocks', 'invalid_blocks_format'],
    because: 'ours: invalid_blocks_format is documented for what is no JSON',
  },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, text: 'x', attachments: '{"no' }),
    says: ['invalid_attachments', 'invalid_arguments'],
    because: 'unknown: invalid_attachments is not documented for this method',
  },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, text: 'x', markdown_text: 'y' }),
    says: ['ok', 'markdown_text_conflict'],
    because: 'ours: emulate does not know markdown_text',
  },
  {
    method: 'chat.postMessage',
    args: ({ channel }) => ({ channel, markdown_text: 'y' }),
    says: ['no_text', 'ok'],
    because: 'ours: emulate does not know markdown_text',
  },
  { method: 'chat.update', args: ({ channel, root }) => ({ channel, ts: root, text: 'new' }), says: 'ok' },
  { method: 'chat.update', args: ({ channel, root }) => ({ channel, ts: root }), says: 'no_text' },
  { method: 'chat.update', args: ({ channel }) => ({ channel, ts: '1.000001', text: 'x' }), says: 'message_not_found' },
  {
    method: 'chat.update',
    args: ({ channel, root }) => ({ channel, ts: root, text: 'x'.repeat(4_001) }),
    says: ['ok', 'msg_too_long'],
    because: 'ours: msg_too_long is documented for more than 4,000 characters',
  },
  {
    method: 'chat.update',
    args: ({ root }) => ({ channel: 'C0NOWHERE', ts: root, text: 'x' }),
    says: ['message_not_found', 'channel_not_found'],
    because: 'ours: channel_not_found is documented',
  },
  {
    method: 'chat.postEphemeral',
    args: ({ channel, member }) => ({ channel, user: member, text: 'psst' }),
    says: 'ok',
  },
  {
    method: 'chat.postEphemeral',
    args: ({ channel }) => ({ channel, user: 'U0NOBODY', text: 'psst' }),
    says: ['user_not_found', 'user_not_in_channel'],
    because: 'ours: user_not_found is not documented for this method',
  },
  {
    method: 'conversations.info',
    args: ({ channel }) => ({ channel }),
    says: 'ok',
    without: ['channel.is_open'],
    because: 'ours: is_open is of direct messages',
  },
  { method: 'conversations.info', args: () => ({ channel: 'C0NOWHERE' }), says: 'channel_not_found' },
  { method: 'conversations.history', args: ({ channel }) => ({ channel }), says: 'ok' },
  {
    method: 'conversations.history',
    args: ({ channel }) => ({ channel, cursor: 'nonsense' }),
    says: ['ok', 'invalid_cursor'],
    because: 'ours: invalid_cursor is documented',
  },
  { method: 'conversations.replies', args: ({ channel, root }) => ({ channel, ts: root }), says: 'ok' },
  {
    method: 'conversations.replies',
    args: ({ root }) => ({ channel: 'C0NOWHERE', ts: root }),
    says: 'channel_not_found',
  },
  {
    method: 'conversations.replies',
    args: ({ channel }) => ({ channel, ts: '1.000001' }),
    says: ['ok', 'thread_not_found'],
    because: 'ours: thread_not_found is documented',
  },
  {
    method: 'users.info',
    args: ({ member }) => ({ user: member }),
    says: 'ok',
    without: ['user.profile.email'],
    because: 'both: it takes a scope that our app lacks',
  },
  { method: 'users.info', args: () => ({ user: 'U0NOBODY' }), says: 'user_not_found' },
  ...['ok', 'already_reacted'].map((says) => ({ method: 'reactions.add', args: eyes, says })),
  { method: 'reactions.get', args: eyes, says: 'ok' },
  ...['ok', 'no_reaction'].map((says) => ({ method: 'reactions.remove', args: eyes, says })),
  { method: 'reactions.add', args: ({ channel, root }) => ({ channel, timestamp: root }), says: 'invalid_name' },
  {
    method: 'reactions.add',
    args: ({ channel }) => ({ channel, timestamp: '1.000001', name: 'eyes' }),
    says: 'message_not_found',
  },
  { method: 'files.getUploadURLExternal', args: () => ({ filename: 'a.txt' }), says: 'invalid_arguments' },
  {
    method: 'files.getUploadURLExternal',
    args: () => ({ filename: 'a.txt', length: 5 }),
    learn: { file: 'file_id', upload: 'upload_url' },
    says: 'ok',
  },
  { method: 'files.completeUploadExternal', args: share, says: 'file_not_found' },
  { method: 'upload', says: '200' },
  {
    method: 'files.completeUploadExternal',
    args: share,
    says: 'ok',
    without: ['files.initial_comment'],
    because: 'unknown',
  },
  { method: 'files.completeUploadExternal', args: share, says: 'file_not_found' },
  { method: 'files.completeUploadExternal', says: 'invalid_arguments' },
  {
    method: 'files.info',
    args: ({ file }) => ({ file }),
    says: 'ok',
    without: ['file.initial_comment'],
    because: 'unknown',
  },
  { method: 'files.info', args: () => ({ file: 'F0NOWHERE' }), says: 'file_not_found' },
  {
    method: 'views.open',
    args: () => ({ trigger_id: 'x', view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] } }),
    says: 'invalid_trigger_id',
  },
  { method: 'chat.delete', args: ({ channel, reply }) => ({ channel, ts: reply }), says: 'ok' },
  { method: 'chat.delete', args: ({ channel, reply }) => ({ channel, ts: reply }), says: 'message_not_found' },
];

describe('emulate, a Slack made by others, and ours', () => {
  let emulator: { readonly url: string; close(): Promise<void> };
  let slack: FakeSlack;
  let sides: { emulate: Side; ours: Side };

  beforeAll(async () => {
    const tokens = [{ token: 'xoxb-emulated', user: 'alice', scopes: [] }];
    emulator = await createEmulator({
      service: 'slack',
      port: 0,
      seed: { slack: { users: [{ name: 'alice' }], tokens } },
    });
    slack = await startFakeSlack({ channels: [{ id: 'C000000001', name: 'general' }] });
    const known = { channel: 'C000000001' };
    sides = {
      emulate: { api: `${emulator.url}/api`, token: 'xoxb-emulated', known: { ...known, member: 'U000000001' } },
      ours: { api: slack.apiUrl, token: slack.install.bot_token, known: { ...known, member: 'U0ALICE' } },
    };
  });

  afterAll(async () => {
    await emulator.close();
    await slack[Symbol.asyncDispose]();
  });

  it.each(rows.map((row, index) => ({ ...row, index })))('$index $method: $says $because', async (row) => {
    const emulated = await call(sides.emulate, row);
    const ours = await call(sides.ours, row);
    const [theirSays, ourSays] = typeof row.says === 'string' ? [row.says, row.says] : row.says;
    expect([outcome(emulated), outcome(ours)]).toEqual([theirSays, ourSays]);
    if (theirSays !== ourSays) return;
    const missing = [...fields(emulated)]
      .filter((field) => !fields(ours).has(field))
      .filter((field) => !isChild(field, row.without));
    expect(missing).toEqual([]);
  });
});

function eyes({ channel, root }: Record<string, string>) {
  return { channel, timestamp: root, name: 'eyes' };
}

function share({ channel, file }: Record<string, string>) {
  return { files: [{ id: file, title: 'A' }], channel_id: channel, initial_comment: 'see' };
}

async function call({ api, token, known }: Side, { method, args, learn = {} }: Row): Promise<Json> {
  if (method === 'upload') {
    const uploaded = await fetch(known['upload'] ?? '', { method: 'POST', body: 'hello' });
    return { ok: false, error: String(uploaded.status) };
  }
  const given = Object.entries(args?.(known) ?? {}).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${api}/${method}`, { method: 'POST', headers, body: new URLSearchParams(given) });
  const answer = (await response.json()) as Json;
  for (const [name, field] of Object.entries(learn)) known[name] = String(answer[field]);
  return answer;
}

const outcome = (answer: Json) => (answer['ok'] === true ? 'ok' : String(answer['error']));

/** Every path of fields, of the first items of lists. */
function fields(value: unknown, path = ''): Set<string> {
  if (Array.isArray(value)) return fields(value[0], path);
  if (!isJson(value)) return new Set();
  return new Set(
    Object.entries(value).flatMap(([name, inner]) => {
      const here = path ? `${path}.${name}` : name;
      return [here, ...fields(inner, here)];
    }),
  );
}

const isChild = (field: string, parents: string[] = []) =>
  parents.some((parent) => field === parent || field.startsWith(`${parent}.`));
