/** What people mean by an emoji itself; Slack wants names. */
const names: Readonly<Record<string, string>> = {
  '👍': '+1',
  '👎': '-1',
  '❤': 'heart',
  '🔥': 'fire',
  '🎉': 'tada',
  '👏': 'clap',
  '👀': 'eyes',
  '✅': 'white_check_mark',
  '❌': 'x',
  '⏳': 'hourglass_flowing_sand',
  '🙏': 'pray',
  '💯': '100',
  '😁': 'grin',
  '🤔': 'thinking_face',
  '😢': 'cry',
  '⚠': 'warning',
};

/** The name of a reaction as Slack takes it: without colons; a few emoji are named. */
export function reactionName(name: string): string {
  return names[name.replace(/\ufe0f/g, '')] ?? name.replace(/^:+|:+$/g, '');
}
