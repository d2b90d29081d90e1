import type { Reconciled, StepContext } from '@trunkline/deliveries';
import { z } from 'zod';
import { accountOf, type SlackConnectors } from './deliver-account.ts';
import { uploadMark } from './deliver-upload.ts';
import { platformIdOf, type SlackStep } from './render-step.ts';
import { errorClass } from './slack-errors.ts';
import type { SlackAccount, SlackAnswer, SlackApi } from './web-client.ts';

const pageSize = 100;
const mostPages = 10;
/** Clocks differ: the search begins so much before the first attempt. */
const earlierMs = 120_000;
/** Some apps may ask for a history once a minute (facts A7). */
const patientPauseMs = 60_000;
const askAgainMs = 15_000;
/** Slack posts a shared file a moment after it has answered. */
const sharingMs = 20_000;

export interface ReconcileDeps {
  slack: SlackApi;
  connectors: SlackConnectors;
  now: () => number;
}

/** Finds out whether a step whose outcome is unknown was taken: by the key that posts hold, or the name that uploads have. */
export function createReconciler(deps: ReconcileDeps) {
  // By token; an app that is limited once is asked no more than once a minute from then on.
  const limited = new WeakMap<SlackAccount['token'], number>();

  return async function reconcile(step: SlackStep, context: StepContext): Promise<Reconciled> {
    const search = searchOf(step, context);
    const { target } = context.delivery;
    if (!search || target.type !== 'slack') return { found: 'no' };
    const found = accountOf(target, deps);
    if (!found.ok) return { found: 'later', afterMs: askAgainMs };
    const { account } = found;
    const waitMs = (limited.get(account.token) ?? 0) - deps.now();
    if (waitMs > 0) return { found: 'later', afterMs: waitMs };
    const { isLimited = limited.has(account.token), ...result } = await searchHistory(
      { search, account, signal: context.signal },
      deps,
    );
    const pauseMs = result.found === 'later' ? result.afterMs : patientPauseMs;
    if (isLimited) limited.set(account.token, deps.now() + pauseMs);
    return result;
  };
}

type Message = z.infer<typeof messageSchema>;

interface Search {
  channel: string;
  threadTs: string | undefined;
  oldest: string;
  /** Not finding it means nothing before this time. */
  certainAt?: number;
  matches(message: Message): string | undefined;
}

/** What to look for; nothing where doing a step twice is doing it once. */
function searchOf(step: SlackStep, { delivery, idempotencyKey, ...context }: StepContext): Search | undefined {
  if (delivery.target.type !== 'slack') return undefined;
  const channel = delivery.target.channel_id;
  const since = context.since ?? Date.parse(delivery.created_at);
  const oldest = ((since - earlierMs) / 1000).toFixed(6);
  switch (step.do) {
    case 'post':
      return { channel, oldest, threadTs: step.threadTs, matches: holdsKey(channel, idempotencyKey) };
    case 'update':
      // May have been a post, where the message was gone.
      return (
        step.orPost && { channel, oldest, threadTs: step.orPost.threadTs, matches: holdsKey(channel, idempotencyKey) }
      );
    case 'upload': {
      const mark = uploadMark(idempotencyKey);
      const key = holdsKey(channel, idempotencyKey);
      const matches = (message: Message) => message.files?.find(({ name }) => name?.includes(mark))?.id ?? key(message);
      return { channel, oldest, threadTs: step.threadTs, certainAt: since + sharingMs, matches };
    }
    case 'delete':
    case 'delete_file':
    case 'react':
    case 'status':
    case 'refuse':
      return undefined;
  }
}

const holdsKey =
  (channel: string, key: string) =>
  ({ ts, metadata }: Message): string | undefined =>
    metadata?.event_payload?.['key'] === key ? platformIdOf({ channel, ts }) : undefined;

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

type Searched = Reconciled & { isLimited?: true };

async function searchHistory(
  { search, account, signal }: { search: Search; account: SlackAccount; signal: AbortSignal },
  { slack, now }: ReconcileDeps,
): Promise<Searched> {
  const { channel, threadTs, oldest } = search;
  const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
  const where = { channel, oldest, limit: pageSize, include_all_metadata: true, ...(threadTs && { ts: threadTs }) };
  let cursor: string | null | undefined;
  for (let n = 0; n < mostPages; n++) {
    const answer = await slack({ ...account, method, args: { ...where, ...(cursor && { cursor }) }, signal });
    if (answer.kind !== 'ok') return unanswered(answer);
    const read = page.safeParse(answer.body).data;
    if (!read) return { found: 'unclear' };
    const platformId = read.messages.map(search.matches).find((id) => id !== undefined);
    if (platformId !== undefined) return { found: 'yes', platformId };
    cursor = read.response_metadata?.next_cursor;
    if (!cursor) return read.has_more ? { found: 'unclear' } : notFound(search, now());
  }
  return { found: 'unclear' };
}

function notFound({ certainAt = 0 }: Search, now: number): Searched {
  return now < certainAt ? { found: 'later', afterMs: certainAt - now } : { found: 'no' };
}

function unanswered(answer: Exclude<SlackAnswer, { kind: 'ok' }>): Searched {
  switch (answer.kind) {
    case 'rate_limited':
      return { found: 'later', afterMs: Math.max(answer.afterMs, patientPauseMs), isLimited: true };
    case 'not_sent':
    case 'lost':
      return { found: 'later', afterMs: askAgainMs };
    case 'http':
      return answer.status >= 500 ? { found: 'later', afterMs: askAgainMs } : { found: 'unclear' };
    case 'error':
      return refusedHistory(answer);
  }
}

/** Without the right to read a history, nobody can tell. */
function refusedHistory({ error, retryAfterMs = 0 }: { error: string; retryAfterMs?: number }): Searched {
  const known = errorClass(error);
  if (known === 'rate_limited') {
    return { found: 'later', afterMs: Math.max(retryAfterMs, patientPauseMs), isLimited: true };
  }
  return known === 'retry' ? { found: 'later', afterMs: askAgainMs } : { found: 'unclear' };
}
