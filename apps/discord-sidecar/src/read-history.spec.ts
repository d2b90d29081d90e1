import { describe, expect, it } from 'vitest';
import type { OpenChannel } from './known-channels.ts';
import { startingPoints } from './read-history.ts';
import { readSettings } from './settings.ts';
import { snowflakeAt } from './snowflake.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-25T12:00:00Z');
const ago = (hours: number) => snowflakeAt(now - hours * hour);
const channel = (channelId: string, lastHours: number, joinedHours = 1_000): OpenChannel => ({
  place: { channelId, guildId: '1', parentId: undefined, joined: false },
  lastMessageId: ago(lastHours),
  joinedAtMs: now - joinedHours * hour,
});
const read = readSettings({ DISCORD_ALLOWED_CHANNEL_IDS: '' });
if (!read.ok) throw new Error(read.fault);
const { settings } = read;

describe('where to read on', () => {
  it.each([
    { open: [channel('c', 1)], marks: { c: ago(2) }, from: { c: ago(2) }, because: 'behind the mark' },
    { open: [channel('c', 2)], marks: { c: ago(2) }, from: {}, because: 'nothing was said since' },
    { open: [channel('c', 1)], marks: { c: ago(99) }, from: { c: ago(25) }, because: 'an old mark is too far back' },
    { open: [channel('c', 1)], marks: {}, from: { c: ago(25) }, because: 'without a mark, as far as is safe' },
    { open: [channel('c', 1, 3)], marks: {}, from: { c: ago(3) }, because: 'not what was said before it came' },
    { open: [channel('c', 4, 3)], marks: {}, from: {}, because: 'nothing was said since it came' },
    { open: [channel('c', 30)], marks: {}, from: {}, because: 'nothing was said for a day' },
    { open: [], marks: { d: ago(2) }, from: { d: ago(2) }, because: 'a direct channel is known by its mark alone' },
  ])('$because', ({ open, marks, from }) => {
    const kept = new Map(Object.entries(marks));
    const high = {
      of: (id: string) => kept.get(id),
      channels: () => [...kept.keys()],
      raise: () => {},
      save: () => {},
    };
    expect(Object.fromEntries(startingPoints(open, { marks: high, settings, now }))).toEqual(from);
  });
});
