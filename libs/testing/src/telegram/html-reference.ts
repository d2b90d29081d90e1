const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** The character that `&...;` at this place means: four names and numbers. Nothing for all else, which stays as it is. */
export function decodeReference(source: string, at: number): { text: string; width: number } | undefined {
  const match = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));?/i.exec(source.slice(at, at + 12));
  if (!match) return undefined;
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) return { text: named[name.toLowerCase()] ?? '', width: whole.length };
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
  const known = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return known ? { text: String.fromCodePoint(code), width: whole.length } : undefined;
}

/** A text with all of them read. */
export function decodeReferences(text: string): string {
  let decoded = '';
  for (let at = 0; at < text.length;) {
    const reference = text.charAt(at) === '&' ? decodeReference(text, at) : undefined;
    decoded += reference?.text ?? text.charAt(at);
    at += reference?.width ?? 1;
  }
  return decoded;
}
