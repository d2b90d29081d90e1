/** Tags of Telegram's HTML; anything else between angle brackets is text that somebody wrote. */
const knownTag =
  /<(?<slash>\/?)(?<name>a|b|strong|i|em|u|ins|s|strike|del|span|tg-spoiler|tg-emoji|code|pre|blockquote)(?:\s(?<attributes>[^<>]*))?>/gi;

const characterReference = /&(?:(?<name>lt|gt|amp|quot)|#(?<decimal>\d{1,7})|#x(?<hex>[0-9a-f]{1,6}));/gi;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** Telegram's HTML as text that needs no parser: never longer than what it came from, and nothing said is lost (links stay). */
export function htmlToPlain(html: string): string {
  let bare = '';
  let from = 0;
  let href: string | undefined;
  for (const { 0: tag, index, groups = {} } of html.matchAll(knownTag)) {
    bare += html.slice(from, index);
    from = index + tag.length;
    if (groups['name']?.toLowerCase() !== 'a') continue;
    if (groups['slash'] === '') href = /href\s*=\s*["']?([^"'\s>]+)/i.exec(groups['attributes'] ?? '')?.[1];
    else if (href !== undefined) bare += ` (${href})`;
  }
  return decoded(bare + html.slice(from));
}

function decoded(text: string): string {
  let result = '';
  let from = 0;
  for (const { 0: reference, index, groups = {} } of text.matchAll(characterReference)) {
    result += text.slice(from, index) + characterOf(groups, reference);
    from = index + reference.length;
  }
  return result + text.slice(from);
}

function characterOf({ name, decimal, hex }: Record<string, string | undefined>, asWritten: string): string {
  if (name !== undefined) return named[name.toLowerCase()] ?? asWritten;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : asWritten;
}
