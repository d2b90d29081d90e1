import type { Reconciled, StepContext } from '@trunkline/deliveries';
import { accountOf, type SlackConnectors } from './deliver-account.ts';
import type { SlackCall } from './deliver-message.ts';
import { uploadMark } from './deliver-upload.ts';
import { platformIdOf, type SlackStep } from './render-step.ts';
import { searchPages, type HistoryMessage, type Pages, type Search, type Searched } from './reconcile-search.ts';
import type { SlackAccount, SlackApi } from './web-client.ts';

/** Clocks differ: the search begins so much before the first attempt. */
const earlierMs = 120_000;
/** Some apps may ask for a history once a minute (facts A7). */
const patientPauseMs = 60_000;
const mostBegun = 1_000;
const limitKeptMs = 10 * 60_000;
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
  const patience = createPatience(deps.now);
  // By step, so that an app that gets a page a minute comes to the end.
  const begun = new Map<string, Pages>();

  return async function reconcile(step: SlackStep, context: StepContext): Promise<Reconciled> {
    const search = searchOf(step, context);
    const { target } = context.delivery;
    if (!search || target.type !== 'slack') return { found: 'no' };
    const found = accountOf(target, deps);
    if (!found.ok) return { found: 'later', afterMs: askAgainMs };
    const { account } = found;
    const waitMs = patience.waitMs(account.token);
    if (waitMs > 0) return { found: 'later', afterMs: waitMs };
    const { idempotencyKey: key, signal } = context;
    const pages = begun.get(key) ?? { seen: 0 };
    begun.set(key, pages);
    if (begun.size > mostBegun) begun.delete([...begun.keys()][0] ?? key);
    const most = patience.isLimited(account.token) ? { most: pages.seen + 1 } : {};
    const call: SlackCall = (method, args) => deps.slack({ ...account, method, args, signal });
    patience.note(account.token, 'more');
    const answer = await searchPages(search, { pages, ...most, call });
    patience.note(account.token, answer);
    const result = reconciledBy(answer, { search, now: deps.now() });
    if (result.found !== 'later' || answer === 'nothing') begun.delete(key);
    return result;
  };
}

/** Which tokens Slack gives a history once a minute only: it said so within the last minutes. */
function createPatience(now: () => number) {
  const limits = new WeakMap<SlackAccount['token'], { saidAt: number; nextAt: number }>();
  const isLimited = (token: SlackAccount['token']) => (limits.get(token)?.saidAt ?? -Infinity) > now() - limitKeptMs;
  return {
    isLimited,
    /** Until the next question. */
    waitMs: (token: SlackAccount['token']) => (limits.get(token)?.nextAt ?? 0) - now(),
    /** Called before a question too: another one may come while it is answered. */
    note(token: SlackAccount['token'], answer: Searched): void {
      const said = typeof answer === 'object' && 'limitedMs' in answer ? answer.limitedMs : undefined;
      if (said === undefined && !isLimited(token)) return;
      const saidAt = said === undefined ? (limits.get(token)?.saidAt ?? 0) : now();
      limits.set(token, { saidAt, nextAt: now() + Math.max(said ?? 0, patientPauseMs) });
    },
  };
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
      const matches = (message: HistoryMessage) =>
        message.files?.find(({ name }) => name?.includes(mark))?.id ?? key(message);
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
  ({ ts, metadata }: HistoryMessage): string | undefined =>
    metadata?.event_payload?.['key'] === key ? platformIdOf({ channel, ts }) : undefined;

function reconciledBy(answer: Searched, { search, now }: { search: Search; now: number }): Reconciled {
  switch (answer) {
    case 'cannot_tell':
      return { found: 'unclear' };
    case 'no_answer':
      return { found: 'later', afterMs: askAgainMs };
    case 'more':
      return { found: 'later', afterMs: patientPauseMs };
    case 'nothing': {
      const waitMs = (search.certainAt ?? 0) - now;
      return waitMs > 0 ? { found: 'later', afterMs: waitMs } : { found: 'no' };
    }
  }
  if ('platformId' in answer) return { found: 'yes', platformId: answer.platformId };
  return { found: 'later', afterMs: Math.max(answer.limitedMs, patientPauseMs) };
}
