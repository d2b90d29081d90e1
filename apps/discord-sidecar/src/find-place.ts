import type { SidecarLog } from '@trunkline/sidecar-sdk';
import type { DiscordApi } from './discord-api.ts';
import type { Place } from './place.ts';
import { persistently } from './read-history.ts';
import { recentIds } from './recent-ids.ts';

interface Deps {
  api: Pick<DiscordApi, 'channel'>;
  /** What the gateway has told of. */
  known(channelId: string): Place | undefined;
  log: SidecarLog;
}

/** Finds where a channel is: as the gateway says, else as the API says, which is asked once for each direct channel. */
export function createPlaceFinder(deps: Deps): (channelId: string, guildId: string | undefined) => Promise<Place> {
  const direct = recentIds(10_000);
  return async (channelId, guildId) => {
    const known = deps.known(channelId);
    if (known) return known;
    const bare: Place = { channelId, guildId, parentId: undefined, joined: false };
    if (direct.has(channelId)) return bare;
    const found = await persistently(() => deps.api.channel(channelId), { channelId, log: deps.log });
    if (!found) return bare;
    const { isThread, parentId, name } = found;
    const place = { ...bare, guildId: found.guildId ?? guildId, parentId: isThread ? parentId : undefined, name };
    if (place.guildId === undefined) direct.add(channelId);
    return place;
  };
}
