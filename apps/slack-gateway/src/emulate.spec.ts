import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { delivererFor, deliverOnce, deliveryOf, slackEntry, type Delivered } from './testing/slack-delivery.ts';

// A Slack that somebody else wrote takes what we send.
const token = 'xoxb-emulated-bot';
let emulator: Emulator;
let channel = '';

beforeAll(async () => {
  emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        team: { name: 'Testing', domain: 'testing' },
        users: [{ name: 'alice', email: 'alice@example.com' }],
        channels: [{ name: 'help' }],
        bots: [{ name: 'our-bot' }],
        tokens: [{ token, user: 'our-bot', scopes: [] }],
      },
    },
  });
  const listed = z.looseObject({ channels: z.array(z.looseObject({ id: z.string(), name: z.string() })) });
  const { channels } = listed.parse(await call('conversations.list', {}));
  channel = channels.find(({ name }) => name === 'help')?.id ?? '';
});
afterAll(() => emulator.close());

async function call(method: string, args: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`${emulator.url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(args),
  });
  return answer.json();
}

let ids: string[] = [];
const deliver = (output: object, place: object = {}): Promise<Delivered> => {
  const deliverer = delivererFor(slackEntry(`${emulator.url}/api`, { token }), {
    findPlatformIds: async () => ({ state: 'delivered' as const, ids }),
  });
  return deliverOnce(deliverer, deliveryOf(output, { channel_id: channel, ...place }));
};
const idsOf = ({ outcomes }: Delivered) =>
  outcomes.flatMap((it) => (it.outcome === 'delivered' && it.platformId !== undefined ? [it.platformId] : []));
const allDelivered = ({ outcomes }: Delivered) => outcomes.every(({ outcome }) => outcome === 'delivered');

const page = z.looseObject({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      text: z.string(),
      reactions: z.unknown().optional(),
      files: z.array(z.unknown()).optional(),
    }),
  ),
});
const history = async () => page.parse(await call('conversations.history', { channel })).messages;
const replies = async (ts: string) => page.parse(await call('conversations.replies', { channel, ts })).messages;

it('takes posts, threads, buttons, edits, reactions, files and deletions', async () => {
  const rows = [
    [
      { label: 'Yes', value: 'y' },
      { label: 'Look', url: 'https://example.com/' },
    ],
  ];
  const posted = await deliver({ content: 'Deploy **api**?', parts: [{ type: 'buttons', rows }] });
  expect(posted.outcomes).toMatchObject([{ outcome: 'delivered' }]);
  ids = idsOf(posted);
  const ts = ids[0]?.split(':')[1] ?? '';

  const answered = await deliver({ content: 'In the thread' }, { thread_ts: ts });
  expect((await replies(ts)).map(({ text }) => text)).toContain('In the thread');
  expect(allDelivered(answered)).toBe(true);

  expect(allDelivered(await deliver({ edit_of: 'o', content: 'Deployed.' }))).toBe(true);
  expect((await history()).map(({ text }) => text)).toContain('Deployed.');

  for (let n = 0; n < 2; n++) expect(allDelivered(await deliver({ reaction: { name: 'eyes', on: ts } }))).toBe(true);
  expect(JSON.stringify((await history()).find((message) => message.ts === ts)?.reactions)).toContain('eyes');

  const file = { type: 'attachment', content_base64: 'aGVsbG8=', file_name: 'hello.txt', caption: 'A file' };
  const uploaded = await deliver({ parts: [file] }, { thread_ts: ts });
  expect(uploaded.outcomes).toMatchObject([{ outcome: 'delivered' }]);
  expect((await replies(ts)).flatMap(({ files = [] }) => files)).toHaveLength(1);

  expect(allDelivered(await deliver({ delete_of: 'o' }))).toBe(true);
  expect((await history()).map(({ text }) => text)).not.toContain('Deployed.');
});

it('finds a post and an upload again by what they hold', async () => {
  const deliverer = delivererFor(slackEntry(`${emulator.url}/api`, { token }));
  const file = { type: 'attachment', content_base64: 'aGVsbG8=', file_name: 'again.txt' };
  const delivery = deliveryOf({ content: 'Find me', parts: [file] }, { channel_id: channel });
  await deliverOnce(deliverer, delivery);
  for (const step of await deliverer.plan(delivery)) {
    const found = await deliverer.reconcile?.(step, {
      delivery,
      attempt: 2,
      idempotencyKey: `${delivery.delivery_id}.${step.index}`,
      platformIds: new Map(),
      signal: new AbortController().signal,
    });
    expect(found?.found).toBe('yes');
  }
});
