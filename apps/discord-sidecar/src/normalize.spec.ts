import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDispatch } from './discord-payload.ts';
import { isAddressed } from './is-addressed.ts';
import { normalize, type Surroundings } from './normalize.ts';
import { isAllowed } from './place.ts';

const dir = new URL('../fixtures/', import.meta.url);
const botId = '900000000000000001';
const usual = { requireMention: true, directMessages: true, allowedGuilds: [], allowedChannels: [] };
const names = new Map([
  ['300000000000000002', 'random'],
  ['400000000000000001', 'admins'],
]);

function surroundings(fixture: { place: Surroundings['place']; settings?: object; ours?: string[] }): Surroundings {
  const { allowedGuilds, allowedChannels, ...settings } = { ...usual, ...fixture.settings };
  const nameOf = (id: string) => names.get(id);
  return {
    place: fixture.place,
    botId,
    names: { channel: nameOf, role: nameOf },
    settings: { ...settings, allowedGuilds: new Set(allowedGuilds), allowedChannels: new Set(allowedChannels) },
    isOurs: (id) => fixture.ours?.includes(id) ?? false,
  };
}

describe('a dispatch of Discord, and what it becomes', () => {
  it.each(readdirSync(dir).filter((file) => file.endsWith('.discord.json')))('%s', async (file) => {
    const fixture = JSON.parse(readFileSync(new URL(file, dir), 'utf8'));
    const drafts = readDispatch(fixture.t, fixture.d).flatMap((each) => normalize(each, surroundings(fixture)) ?? []);
    const golden = `../fixtures/${file.replace('.discord.', '.event.')}`;
    await expect(`${JSON.stringify(drafts, null, 2)}\n`).toMatchFileSnapshot(golden);
  });
});

describe('who a message is for, where mentions are required', () => {
  const bot = { id: botId, username: 'trunkline', global_name: null };
  const bob = { ...bot, id: '2' };
  const channel = { guildId: 'g', parentId: undefined, joined: false };
  it.each([
    { place: channel, mentions: [], is: false, because: 'it names nobody' },
    { place: channel, mentions: [bob], is: false, because: 'it names somebody else' },
    { place: channel, mentions: [bob, bot], is: true, because: 'it names the bot' },
    { place: channel, mentions: [], repliesTo: bot, is: true, because: 'it answers the bot without a ping' },
    { place: channel, mentions: [], repliesTo: bob, is: false, because: 'it answers somebody else' },
    { place: { ...channel, joined: true }, mentions: [], is: false, because: 'being in a channel is not taking part' },
    { place: { ...channel, parentId: 'c' }, mentions: [], is: false, because: 'a thread without the bot' },
    { place: { ...channel, parentId: 'c', joined: true }, mentions: [], is: true, because: 'a thread with the bot' },
    { place: { ...channel, guildId: undefined }, mentions: [], is: true, because: 'it is said directly' },
  ])('$is: $because', ({ place, mentions, repliesTo, is }) => {
    const message = { mentions, referenced_message: repliesTo ? { author: repliesTo } : null };
    expect(isAddressed(message, place, { requireMention: true, botId })).toBe(is);
    expect(isAddressed(message, place, { requireMention: false, botId })).toBe(true);
  });
});

describe('what the operator allows', () => {
  const all = { directMessages: true, allowedGuilds: new Set<string>(), allowedChannels: new Set<string>() };
  const place = { channelId: 'c', guildId: 'g', parentId: undefined, joined: false };
  const thread = { ...place, channelId: 't', parentId: 'c' };
  const direct = { ...place, guildId: undefined };
  it.each([
    { where: place, rule: {}, is: true, because: 'nothing is said' },
    { where: place, rule: { allowedGuilds: new Set(['g']) }, is: true, because: 'its server is named' },
    { where: place, rule: { allowedGuilds: new Set(['h']) }, is: false, because: 'another server is named' },
    { where: place, rule: { allowedChannels: new Set(['d']) }, is: false, because: 'another channel is named' },
    {
      where: thread,
      rule: { allowedChannels: new Set(['c']) },
      is: true,
      because: "its parent's threads come with it",
    },
    { where: thread, rule: { allowedChannels: new Set(['t']) }, is: true, because: 'the thread itself is named' },
    { where: direct, rule: { allowedGuilds: new Set(['h']) }, is: true, because: 'direct ones are in no server' },
    { where: direct, rule: { directMessages: false }, is: false, because: 'direct ones are switched off' },
  ])('$is: $because', ({ where, rule, is }) => {
    expect(isAllowed(where, { ...all, ...rule })).toBe(is);
  });
});
