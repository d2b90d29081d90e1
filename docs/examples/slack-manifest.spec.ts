import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connectorFields } from '@trunkline/config';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const gateway = join(root, 'apps/slack-gateway/src');
const source = (name: string) => readFileSync(join(gateway, name), 'utf8');
const page = readFileSync(join(root, 'docs/slack.md'), 'utf8');

interface Manifest {
  features: { slash_commands: { command: string; url?: string }[] };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: { is_enabled: boolean; request_url?: string };
    socket_mode_enabled: boolean;
  };
}

const manifestIn = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Manifest;
const eventsApi = manifestIn('slack-manifest.json');
const socketMode = manifestIn('slack-manifest-socket-mode.json');
const both = [
  { name: 'slack-manifest.json', manifest: eventsApi },
  { name: 'slack-manifest-socket-mode.json', manifest: socketMode },
];

/** Which scopes a method asks for, by Slack's reference; `[]`: any bot token, or the app-level one. */
const scopesOf: Record<string, string[]> = {
  'apps.connections.open': [],
  'assistant.threads.setStatus': ['chat:write'],
  'auth.test': [],
  'chat.appendStream': ['chat:write'],
  'chat.delete': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.startStream': ['chat:write'],
  'chat.stopStream': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.info': ['files:read'],
  'reactions.add': ['reactions:write'],
};

/** Which scope an event asks for, by Slack's reference. */
const scopeOfEvent = (event: string): string | undefined => {
  if (event === 'message.channels' || event === 'message.groups') return `${event.slice(8)}:history`;
  if (event === 'message.im' || event === 'message.mpim') return `${event.slice(8)}:history`;
  if (event === 'app_mention') return 'app_mentions:read';
  if (event.startsWith('reaction_')) return 'reactions:read';
  if (event.startsWith('group_')) return 'groups:read';
  if (/^(channel_|member_)/.test(event)) return 'channels:read';
  return event === 'agent_session_stopped' ? 'chat:write' : undefined;
};

/** Every method that the gateway's source names. */
function calledMethods(): string[] {
  const files = readdirSync(gateway).filter((name) => name.endsWith('.ts') && !name.includes('.spec.'));
  const named = /'((?:apps|assistant|auth|chat|conversations|files|reactions|users|views)\.[A-Za-z.]+)'/g;
  const found = files.flatMap((name) => [...source(name).matchAll(named)].map(([, method = '']) => method));
  return [...new Set(found)].filter((method) => !method.endsWith('.ts')).toSorted();
}

/** Every type of event that the gateway's source tells apart; messages are one type there, four subscriptions here. */
function understoodEvents(): string[] {
  const compared = /type === '([a-z_]+)'/g;
  const listed = /^ {2}([a-z]+(?:_[a-z]+)+): '/gm;
  const lifecycle = source('normalize-lifecycle.ts');
  const names = [...source('normalize.ts').matchAll(compared), ...lifecycle.matchAll(compared)]
    .concat([...lifecycle.matchAll(listed)])
    .map(([, name = '']) => name);
  const messages = ['message.channels', 'message.groups', 'message.im', 'message.mpim'];
  return [...new Set(names.flatMap((name) => (name === 'message' ? messages : name)))].toSorted();
}

describe.each(both)('$name', ({ name, manifest }) => {
  it('subscribes to every event that the gateway understands, and to no other', () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(understoodEvents());
  });

  it('asks for every scope that the calls and events need, and for no other', () => {
    const ofCalls = calledMethods().flatMap((method) => scopesOf[method] ?? `unknown method ${method}`);
    const ofEvents = manifest.settings.event_subscriptions.bot_events.flatMap((event) => scopeOfEvent(event) ?? []);
    const needed = [...new Set([...ofCalls, ...ofEvents, 'commands'])].toSorted();
    expect(manifest.oauth_config.scopes.bot).toEqual(needed);
  });

  it('is explained on the page: each scope and each event', () => {
    const { oauth_config, settings } = manifest;
    const names = [...oauth_config.scopes.bot, ...settings.event_subscriptions.bot_events];
    expect(names.filter((each) => !page.includes(`\`${each}\``))).toEqual([]);
    expect(page).toContain(`examples/${name}`);
  });
});

it('has one URL for everything, or none in Socket Mode', () => {
  const urls = ({ features, settings }: Manifest) => [
    settings.event_subscriptions.request_url,
    settings.interactivity.request_url,
    ...features.slash_commands.map(({ url }) => url),
  ];
  expect(new Set(urls(eventsApi))).toEqual(new Set(['https://hooks.example.com/v1/connectors/slack/team']));
  expect(new Set(urls(socketMode))).toEqual(new Set([undefined]));
  expect([eventsApi, socketMode].map(({ settings }) => settings.socket_mode_enabled)).toEqual([false, true]);
});

it.each(['slack', 'telegram'] as const)('the page of %s names fields that exist', (kind) => {
  const text = readFileSync(join(root, `docs/${kind}.md`), 'utf8');
  const known = connectorFields(kind).map(({ name }) => name.replace(/^.*[.\]]/, ''));
  const shown = [...text.matchAll(/^([a-z_]+) = /gm)].map(([, field = '']) => field.replace(/_(env|secret_ref)$/, ''));
  expect(shown.length).toBeGreaterThan(3);
  expect(shown.filter((field) => !known.includes(field))).toEqual([]);
});
