import { readdirSync, readFileSync } from 'node:fs';
import { canonicalTarget, eventSchema, readEvent } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { normalize } from './normalize.ts';
import { readPayload } from './slack-payload.ts';
import { readyEntry } from './testing/ready-entry.ts';

const dir = new URL('../fixtures/', import.meta.url);
const files = readdirSync(dir).filter((file) => file.endsWith('.slack.json'));
const bot = { users: new Set(['U0BOT']), bots: new Set(['B0BOT']) };
const now = Date.parse('2026-03-01T09:31:40Z');

interface Fixture {
  connector?: object;
  payload: unknown;
}
const fixture = (name: string) => JSON.parse(readFileSync(new URL(`${name}.slack.json`, dir), 'utf8')) as Fixture;

function translate(payload: unknown, connector: object = {}) {
  const read = readPayload(payload);
  if (read.kind !== 'event' && read.kind !== 'command' && read.kind !== 'interaction')
    throw new Error(JSON.stringify(read));
  return normalize(read, { connector: readyEntry(connector).config, bot, now });
}

describe('the golden files', () => {
  it.each(files)('%s', async (file) => {
    const { connector, payload } = fixture(file.replace('.slack.json', ''));
    const result = translate(payload, connector);
    if (result.outcome === 'event') {
      expect(eventSchema.safeParse(result.draft.event).error).toBeUndefined();
      expect(readEvent(result.draft.event).ok).toBe(true);
      const targets = result.draft.event.data.reply_targets;
      expect(JSON.stringify(targets)).toBe(JSON.stringify(targets.map((target) => canonicalTarget(target))));
    }
    const shown = result.outcome === 'event' ? result.draft.event : result;
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(
      `../fixtures/${file.replace('.slack.json', '.event.json')}`,
    );
  });
});

type Body = { api_app_id: string; event_id: string; event: Record<string, unknown>; [key: string]: unknown };
const message = (change: Partial<Body> = {}, event: object = {}): Body => {
  const { payload } = fixture('message-channel') as { payload: Body };
  return { ...payload, ...change, event: { ...payload.event, ...event } };
};

/** The same message as other deliveries tell it. */
const twins = {
  original: message(),
  throughOtherTeam: message({ event_id: 'Ev2', team_id: 'T0B', context_team_id: 'T0B', authorizations: [] }),
  otherTs: message({ event_id: 'Ev3' }, { ts: '1772357499.000100' }),
  otherApp: message({ api_app_id: 'A0SECOND' }),
  otherGesture: message({ event_id: 'Ev4' }, { client_msg_id: 'another' }),
  otherChannel: message({ event_id: 'Ev5' }, { channel: 'C0OTHER' }),
};
const identity = (body: Body) => {
  const result = translate(body);
  return result.outcome === 'event' ? [result.draft.event.id, result.draft.fingerprint].join() : result.code;
};

describe('the identity of a message', () => {
  it.each([
    { twin: 'throughOtherTeam', same: true, because: 'two workspaces of a shared channel tell of one message' },
    { twin: 'otherTs', same: true, because: 'a client that posts twice says one thing' },
    { twin: 'otherApp', same: false, because: 'another app is another event, also under the same event_id' },
    { twin: 'otherGesture', same: false, because: 'it is another message' },
    { twin: 'otherChannel', same: false, because: 'it is another place' },
  ] as const)('$because', ({ twin, same }) => {
    expect(identity(twins[twin]) === identity(twins.original)).toBe(same);
  });

  it.each([
    { text: 'hi', type: 'channel', claims: false, because: 'nobody is mentioned' },
    { text: 'hi <@U0BOB>', type: 'channel', claims: true, because: 'an app_mention may come too' },
    { text: 'hi <@U0BOT>', type: 'im', claims: false, because: 'there are no mentions in direct messages' },
  ])('claims its place: $claims, as $because', ({ text, type, claims }) => {
    const channel = type === 'im' ? 'D0ANA' : 'C0OPS';
    const result = translate(message({}, { text, channel, channel_type: type }));
    const expected = claims ? 'A0APP:C0OPS:m:1772357455.000200' : undefined;
    expect(result).toMatchObject({ outcome: 'event', twinOf: expected });
  });
});

describe('session_scope', () => {
  const channel = (event: object) => message({}, event);
  const direct = (event: object) => message({}, { channel: 'D0ANA', channel_type: 'im', ...event });
  const [ts, root] = ['1772357455.000200', '1772357400.000100'];
  it.each([
    { scope: 'auto', body: channel({}), key: `C0OPS:${ts}`, thread: ts, because: 'a message opens its thread' },
    {
      scope: 'auto',
      body: channel({ thread_ts: root }),
      key: `C0OPS:${root}`,
      thread: root,
      because: 'a reply belongs to it',
    },
    {
      scope: 'auto',
      body: direct({}),
      key: 'D0ANA',
      thread: undefined,
      because: 'direct messages are one conversation',
    },
    {
      scope: 'auto',
      body: direct({ thread_ts: root }),
      key: 'D0ANA',
      thread: root,
      because: 'answers follow into a thread',
    },
    { scope: 'thread', body: channel({}), key: `C0OPS:${ts}`, thread: ts, because: 'as auto in channels' },
    { scope: 'thread', body: direct({}), key: `D0ANA:${ts}`, thread: undefined, because: 'also in direct messages' },
    {
      scope: 'channel',
      body: channel({ thread_ts: root }),
      key: 'C0OPS',
      thread: root,
      because: 'all threads share it',
    },
    { scope: 'user', body: channel({}), key: 'C0OPS:U0ANA', thread: ts, because: 'each person has an own one' },
  ])('$scope: $because', ({ scope, body, key, thread }) => {
    const result = translate(body, { session_scope: scope });
    if (result.outcome !== 'event') throw new Error(result.code);
    const { subject, data } = result.draft.event;
    expect(subject).toBe(`slack:support:team:T0ACME:${key}`);
    expect(data.binding_keys[0]).toEqual({ key: subject, origin: 'conversation' });
    expect(data.session.natural_session_id).toBe(subject);
    expect(data.reply_targets).toEqual([
      {
        type: 'slack',
        connector: 'support',
        team_id: 'T0ACME',
        channel_id: body.event['channel'],
        ...(thread && { thread_ts: thread }),
      },
    ]);
  });
});

describe('require_mention', () => {
  const base = { require_mention: true };
  const bound = 'slack:support:team:T0ACME:C0OPS:1772357400.000100';
  const reply = { thread_ts: '1772357400.000100' };
  it.each([
    { event: { text: 'hi' }, is: 'not_mentioned', because: 'nobody is meant' },
    { event: { text: 'hi <@U0BOB>' }, is: 'not_mentioned', because: 'somebody else is meant' },
    { event: { text: 'hi <@U0BOT>' }, is: 'event', because: 'the bot is meant' },
    { event: { text: 'hi <@U0BOT|bot>' }, is: 'event', because: 'by name' },
    { event: { text: 'hi <@U0BOTTOM>' }, is: 'not_mentioned', because: 'an id only begins like the bot' },
    { event: { type: 'app_mention', text: 'hi' }, is: 'event', because: 'Slack says so' },
    { event: { text: 'hi', channel: 'D0ANA', channel_type: 'im' }, is: 'event', because: 'who else is there' },
    { event: { text: 'hi', ...reply }, is: bound, because: 'it depends on whether the bot takes part' },
    { event: { text: 'hi', ...reply, parent_user_id: 'U0BOT' }, is: 'event', because: 'the bot began the thread' },
    {
      event: { text: 'hi', ...reply },
      scope: 'channel',
      is: 'not_mentioned',
      because: 'the session is not the thread',
    },
  ])('$is: $because', ({ event, scope, is }) => {
    const result = translate(message({}, event), { ...base, ...(scope && { session_scope: scope }) });
    const shown = result.outcome === 'ignored' ? result.code : (result.onlyIfBound ?? 'event');
    expect(shown).toBe(is);
  });

  it('hears edits, deletions and reactions only where it takes part', () => {
    const shown = ['edit', 'delete', 'reaction-added', 'button', 'command'].map((name) => {
      const result = translate(fixture(name).payload, base);
      return [name, result.outcome === 'event' && result.onlyIfBound !== undefined];
    });
    expect(Object.fromEntries(shown)).toEqual({
      edit: true,
      delete: true,
      'reaction-added': false,
      button: false,
      command: false,
    });
  });
});

describe('allowlists', () => {
  const authorization = (team: string | null, enterprise: string | null) => ({
    team_id: team,
    enterprise_id: enterprise,
    user_id: 'U0BOT',
    is_bot: true,
    is_enterprise_install: team === null,
  });
  it.each([
    { lists: { allowed_team_ids: ['T0ACME'] }, is: 'event', because: 'the team is listed' },
    { lists: { allowed_team_ids: ['T0B'] }, is: 'team_not_allowed', because: 'it is not' },
    {
      lists: { allowed_team_ids: ['T0ACME'] },
      change: { authorizations: [authorization('T0ACME', null), authorization('T0B', null)] },
      is: 'team_not_allowed',
      because: 'each installation counts',
    },
    {
      lists: { allowed_team_ids: ['T0ACME'] },
      change: { authorizations: [authorization(null, 'E0CORP')] },
      is: 'event',
      because: 'an organization comes through a team',
    },
    {
      lists: { allowed_team_ids: ['T0ACME'] },
      change: { context_team_id: null, authorizations: [authorization(null, 'E0CORP')] },
      is: 'team_not_allowed',
      because: 'no team is told at all',
    },
    { lists: { allowed_enterprise_ids: ['E0CORP'] }, is: 'enterprise_not_allowed', because: 'there is none' },
    {
      lists: { allowed_enterprise_ids: ['E0CORP'] },
      change: { enterprise_id: 'E0CORP' },
      is: 'event',
      because: 'the enterprise is listed',
    },
    { lists: { allowed_api_app_ids: ['A0APP'] }, is: 'event', because: 'the app is listed' },
    {
      lists: { allowed_api_app_ids: ['A0APP'] },
      change: { api_app_id: null },
      is: 'app_not_allowed',
      because: 'no app is told',
    },
    { lists: { allowed_channel_ids: ['C0OPS'] }, is: 'event', because: 'the channel is listed' },
    { lists: { allowed_channel_ids: ['C0OTHER'] }, is: 'channel_not_allowed', because: 'another one is' },
  ])('$is: $because', ({ lists, change = {}, is }) => {
    const result = translate(message(change as Partial<Body>), lists);
    expect(result.outcome === 'ignored' ? result.code : 'event').toBe(is);
  });

  it.each(['command', 'button', 'reaction-added', 'channel-archived'])('hold for every kind of payload: %s', (name) => {
    const result = translate(fixture(name).payload, { allowed_channel_ids: ['C0OTHER'] });
    expect(result).toMatchObject({ outcome: 'ignored', code: 'channel_not_allowed' });
  });
});

it('routes by the installation, not by the workspace that a shared channel comes from', () => {
  const body = message({ team_id: 'T0REMOTE', context_team_id: null });
  const result = translate(body);
  expect(result).toMatchObject({ draft: { event: { subject: expect.stringContaining('team:T0ACME:') as string } } });
});
