const schemes = ['http:', 'https:', 'ftp:', 'tg:', 'ton:', 'tonsite:', 'mailto:', 'tel:'];

/** A link target as Telegram keeps it, or nothing for one that it drops without a word: no host, or a scheme that it does not know. */
export function checkedUrl(given: string): string | undefined {
  const trimmed = given.trim();
  if (trimmed === '') return undefined;
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (!schemes.includes(url.protocol)) return undefined;
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  if (isWeb && !url.hostname.includes('.') && url.hostname !== 'localhost') return undefined;
  // Telegram ends a bare host with a slash.
  return isWeb && url.pathname === '/' && !withScheme.endsWith('/') && !url.search && !url.hash
    ? `${withScheme}/`
    : withScheme;
}
