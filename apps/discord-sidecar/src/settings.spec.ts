import { readFileSync } from 'node:fs';
import { PermissionsBitField } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { readSettings, settingNames } from './settings.ts';

const docs = readFileSync(new URL('../../../docs/discord.md', import.meta.url), 'utf8');

describe('settings', () => {
  it.each([
    {
      env: {},
      is: { requireMention: true, directMessages: true, apiUrl: 'https://discord.com/api' },
      because: 'defaults',
    },
    { env: { DISCORD_REQUIRE_MENTION: 'False' }, is: { requireMention: false }, because: 'in any case' },
    { env: { DISCORD_REQUIRE_MENTION: '' }, is: { requireMention: true }, because: 'empty is unset' },
    { env: { DISCORD_API_BASE_URL: 'http://x/api/' }, is: { apiUrl: 'http://x/api' }, because: 'no slash at the end' },
    {
      env: { DISCORD_ALLOWED_GUILD_IDS: '100000000000000001, 100000000000000002' },
      is: { allowedGuilds: new Set(['100000000000000001', '100000000000000002']) },
      because: 'ids in a list',
    },
  ])('are read: $because', ({ env, is }) => {
    expect(readSettings(env)).toMatchObject({ ok: true, settings: is });
  });

  it('that are wrong are named, all of them, without what they hold', () => {
    const env = {
      DISCORD_REQUIRE_MENTION: 'secret',
      DISCORD_ALLOWED_GUILD_IDS: 'secret',
      DISCORD_API_BASE_URL: 'secret',
    };
    const read = readSettings(env);
    const fault = read.ok ? '' : read.fault;
    for (const name of Object.keys(env)) expect(fault).toContain(name);
    expect(fault).not.toContain('secret');
  });

  it('are those of docs/discord.md', () => {
    const listed = [...docs.matchAll(/^\| `(DISCORD_\w+)`/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(Object.keys(settingNames).toSorted());
  });
});

it('the invite address of docs/discord.md asks for the permissions that it lists', () => {
  const [, bits = ''] = /permissions=(\d+)/.exec(docs) ?? [];
  const asked = new PermissionsBitField(BigInt(bits)).toArray();
  const listed = [...docs.matchAll(/^\| ([A-Z][a-z]+(?: [A-Za-z]+)*) +\|/gm)].map(([, name]) =>
    name?.replaceAll(/\s/g, ''),
  );
  const inDiscordsWords = asked.map((name) => (name === 'ViewChannel' ? 'ViewChannels' : name));
  expect(listed).toEqual(
    expect.arrayContaining(inDiscordsWords.map((name) => expect.stringMatching(new RegExp(`^${name}$`, 'i')))),
  );
});
