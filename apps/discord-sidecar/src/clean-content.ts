import type { DiscordMessage } from './discord-payload.ts';

/** What ids stand for; undefined for what is not known. */
export interface Names {
  channel(id: string): string | undefined;
  role(id: string): string | undefined;
}

const mark = /<(@!?|@&|#)(\d+)>/g;
const emoji = /<a?(:\w+:)\d+>/g;

/** The text as people see it: names in the place of ids, without the mention of the bot that it begins with. */
export function cleanContent(
  { content, mentions }: Pick<DiscordMessage, 'content' | 'mentions'>,
  names: Names,
  botId: string,
): string {
  const people = new Map(mentions.map(({ id, global_name, username }) => [id, global_name || username]));
  const named = (whole: string, ...[kind, id]: string[]) => {
    const name = nameOf({ kind, id: id ?? '' }, { ...names, person: (each) => people.get(each) });
    return name === undefined ? whole : `${kind === '#' ? '#' : '@'}${name}`;
  };
  const withoutBot = content.replace(new RegExp(`^\\s*<@!?${botId}>[\\s,:]*`), '');
  return withoutBot.replace(mark, named).replace(emoji, '$1').trim();
}

function nameOf(
  { kind, id }: { kind: string | undefined; id: string },
  names: Names & { person: Names['role'] },
): string | undefined {
  if (kind === '#') return names.channel(id);
  return kind === '@&' ? names.role(id) : names.person(id);
}
