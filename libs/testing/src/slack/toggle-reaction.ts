import type { FakeMessage } from './message-store.ts';

/** Gives or takes back a reaction; false when it was given, or not given, before. */
export function toggleReaction(message: FakeMessage, by: { user: string; name: string; added: boolean }): boolean {
  const reaction = message.reactions.find(({ name }) => name === by.name);
  const given = reaction?.users.includes(by.user) ?? false;
  if (given === by.added) return false;
  if (!by.added) {
    if (reaction) reaction.users = reaction.users.filter((user) => user !== by.user);
    message.reactions = message.reactions.filter(({ users }) => users.length > 0);
    return true;
  }
  if (reaction) reaction.users.push(by.user);
  else message.reactions.push({ name: by.name, users: [by.user] });
  return true;
}
