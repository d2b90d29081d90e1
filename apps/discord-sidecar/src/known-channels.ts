import { PermissionFlagsBits, type Channel, type Client } from 'discord.js';
import type { Place } from './place.ts';

/** A channel of a server that may be read, with what was said there last. */
export interface OpenChannel {
  place: Place;
  lastMessageId: string;
  /** Since when the bot is there. */
  joinedAtMs: number;
}

/** Where a channel is, if the gateway has told of it. */
export function knownPlace(client: Client, channelId: string): Place | undefined {
  const channel = client.channels.cache.get(channelId);
  return channel && placeOf(channel);
}

function placeOf(channel: Channel): Place {
  if (channel.isDMBased()) return { channelId: channel.id, guildId: undefined, parentId: undefined, joined: false };
  const thread = channel.isThread() ? channel : undefined;
  return {
    channelId: channel.id,
    guildId: channel.guildId,
    parentId: thread?.parentId ?? undefined,
    joined: thread?.joined ?? false,
    name: channel.name,
  };
}

/** Channels and threads where something was said, and whose history the bot may read. */
export function openChannels(client: Client): OpenChannel[] {
  return [...client.channels.cache.values()].flatMap((channel) => {
    if (channel.isDMBased() || !channel.isTextBased() || !channel.lastMessageId) return [];
    const may = client.user ? channel.permissionsFor(client.user) : undefined;
    if (may && !may.has([PermissionFlagsBits.ViewChannel, PermissionFlagsBits.ReadMessageHistory])) return [];
    return { place: placeOf(channel), lastMessageId: channel.lastMessageId, joinedAtMs: channel.guild.joinedTimestamp };
  });
}
