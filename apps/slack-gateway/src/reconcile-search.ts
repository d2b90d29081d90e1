import { z } from 'zod';
import type { SlackCall } from './deliver-message.ts';
import { errorClass } from './slack-errors.ts';
import type { SlackAnswer } from './web-client.ts';

const pageSize = 100;
const mostPages = 10;

/** A message as a history shows it. */
export type HistoryMessage = z.infer<typeof messageSchema>;

/** What to look for, and where. */
export interface Search {
  channel: string;
  threadTs: string | undefined;
  oldest: string;
  /** Not finding it means nothing before this time. */
  certainAt?: number;
  /** The platform id of what was looked for, where this is it. */
  matches(message: HistoryMessage): string | undefined;
}

// Messages of others are in it too: one that is strange must not hide ours.
const messageSchema = z.looseObject({
  ts: z.string(),
  metadata: z
    .looseObject({ event_payload: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .catch(undefined),
  files: z
    .array(z.looseObject({ id: z.string(), name: z.string().nullish() }))
    .optional()
    .catch(undefined),
});
const page = z.looseObject({
  messages: z.array(messageSchema),
  has_more: z.boolean().nullish(),
  response_metadata: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
});

/** How far a search has come. */
export interface Pages {
  seen: number;
  cursor?: string | undefined;
}

/** `more`: there are pages that were not looked at. `cannot_tell`: and nobody will. */
export type Searched =
  { platformId: string } | { limitedMs: number } | 'nothing' | 'more' | 'no_answer' | 'cannot_tell';

/** Goes through the messages of a place, at most to page `most`, from where `pages` says. */
export async function searchPages(
  { channel, threadTs, oldest, matches }: Search,
  { pages, most = mostPages, call }: { pages: Pages; most?: number; call: SlackCall },
): Promise<Searched> {
  const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
  const where = { channel, oldest, limit: pageSize, include_all_metadata: true, ...(threadTs && { ts: threadTs }) };
  while (pages.seen < Math.min(most, mostPages)) {
    const answer = await call(method, { ...where, ...(pages.cursor && { cursor: pages.cursor }) });
    if (answer.kind !== 'ok') return unanswered(answer);
    const read = page.safeParse(answer.body).data;
    if (!read) return 'cannot_tell';
    const platformId = read.messages.map(matches).find((id) => id !== undefined);
    if (platformId !== undefined) return { platformId };
    pages.seen += 1;
    pages.cursor = read.response_metadata?.next_cursor ?? undefined;
    if (!pages.cursor) return read.has_more ? 'cannot_tell' : 'nothing';
  }
  return pages.seen < mostPages ? 'more' : 'cannot_tell';
}

function unanswered(answer: Exclude<SlackAnswer, { kind: 'ok' }>): Searched {
  switch (answer.kind) {
    case 'rate_limited':
      return { limitedMs: answer.afterMs };
    case 'not_sent':
    case 'lost':
      return 'no_answer';
    case 'http':
      return answer.status >= 500 ? 'no_answer' : 'cannot_tell';
    case 'error': {
      const known = errorClass(answer.error);
      if (known === 'rate_limited') return { limitedMs: answer.retryAfterMs ?? 0 };
      // Without the right to read a history, nobody can tell.
      return known === 'retry' || known === 'unknown' ? 'no_answer' : 'cannot_tell';
    }
  }
}
