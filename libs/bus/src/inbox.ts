import { token } from './token.ts';

/** What answers to a user's questions are addressed to: each user may listen to its own alone. */
export const inboxPrefixOf = (user: string | undefined): string =>
  user === undefined ? '_INBOX' : `_INBOX_${token(user)}`;
