/** Names that people use on other platforms, and the nearest of the emoji that Telegram lets bots react with. */
const emojiOf: Readonly<Record<string, string>> = {
  '+1': '👍',
  thumbsup: '👍',
  white_check_mark: '👍',
  heavy_check_mark: '👍',
  '-1': '👎',
  thumbsdown: '👎',
  x: '👎',
  heart: '❤',
  fire: '🔥',
  clap: '👏',
  smile: '😁',
  grin: '😁',
  joy: '🤣',
  rofl: '🤣',
  thinking: '🤔',
  thinking_face: '🤔',
  exploding_head: '🤯',
  scream: '😱',
  cry: '😢',
  sob: '😭',
  tada: '🎉',
  star_struck: '🤩',
  pray: '🙏',
  ok_hand: '👌',
  eyes: '👀',
  '100': '💯',
  zap: '⚡',
  trophy: '🏆',
  broken_heart: '💔',
  writing_hand: '✍',
  handshake: '🤝',
  salute: '🫡',
  saluting_face: '🫡',
  sunglasses: '😎',
  shrug: '🤷',
  robot: '👾',
  hourglass: '👀',
};

/** An emoji, or a name such as `thumbsup` or `:+1:`, as the emoji that Telegram takes; `undefined` for other names. */
export function reactionEmoji(name: string): string | undefined {
  const bare = name.trim().replace(/^:|:$/g, '');
  const known = emojiOf[bare.toLowerCase()];
  if (known !== undefined) return known;
  // Telegram lists its reactions without the selector that makes a sign colourful.
  return /^\p{Extended_Pictographic}/u.test(bare) ? bare.replaceAll('\uFE0F', '') : undefined;
}
