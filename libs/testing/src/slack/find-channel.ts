import type { MethodContext } from './method.ts';
import { coversTeam, sees, type FakeChannel } from './world.ts';

type Found = { channel: FakeChannel } | { error: 'channel_not_found' | 'not_in_channel' | 'is_archived' };

/** The conversation that a caller may read, by id. Strangers cannot tell a private one from one that is not there. */
export function readable(id: string, { world, install }: MethodContext): Found {
  const channel = world.channels.get(id);
  if (!channel || !coversTeam(world, install, channel)) return { error: 'channel_not_found' };
  if (sees(world, install, channel)) return { channel };
  return { error: channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found' };
}

/** The conversation that a caller may post to: by id, by name (`#general`), or the direct messages with a user by their id. */
export function postable(given: string, context: MethodContext): Found {
  const found = readable(idOf(given, context), context);
  if ('channel' in found && found.channel.is_archived) return { error: 'is_archived' };
  return found;
}

function idOf(given: string, { world, install }: MethodContext): string {
  if (world.channels.has(given)) return given;
  const name = given.replace(/^#/, '');
  const channels = [...world.channels.values()];
  const named = channels.find(
    (channel) => channel.kind !== 'im' && channel.name === name && sees(world, install, channel),
  );
  if (named) return named.id;
  const user = world.users.get(given);
  if (!user || user.is_bot || user.deleted) return given;
  const dm = channels.find(
    ({ kind, members }) => kind === 'im' && members.has(user.id) && members.has(install.bot_user_id),
  );
  return dm?.id ?? openDm(user.id, { world, install });
}

function openDm(user: string, { world, install }: Pick<MethodContext, 'world' | 'install'>): string {
  const id = world.id('D');
  world.channels.set(id, {
    id,
    kind: 'im',
    team_id: install.team_id,
    name: user,
    members: new Set([user, install.bot_user_id]),
    is_archived: false,
    shared_team_ids: [],
    locked_threads: new Set(),
  });
  return id;
}
