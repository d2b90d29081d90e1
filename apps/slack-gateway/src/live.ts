import type { ReplyHandle } from '@trunkline/events';
import type { LiveContext, LivePresenter, LiveUpdated } from '@trunkline/gateway-kit';
import { accountOf, type SlackConnectors } from './deliver-account.ts';
import { messageIn, updateMessage, type SlackCall } from './deliver-message.ts';
import { StreamedText, streamStart } from './live-stream.ts';
import { createChannelTurns, updateEveryMs } from './live-turns.ts';
import { messageAt, platformIdOf, type MessageAt, type SlackTarget } from './render-step.ts';
import { textMessages, type TextForm } from './render-text.ts';
import { errorClass } from './slack-errors.ts';
import type { SlackAccount, SlackAnswer, SlackApi } from './web-client.ts';

/** Slack takes a status away after 2 min. */
const statusEveryMs = 100_000;
const mostStreams = 1_000;

export interface LiveDeps {
  slack: SlackApi;
  connectors: SlackConnectors;
  now: () => number;
}

/** A place and as whom it is written to. */
interface Place {
  target: SlackTarget;
  account: SlackAccount;
  form: TextForm;
}

/**
 * Shows what grows: by Slack's streaming in threads of direct messages, where nobody has to be named as the reader, else by a message
 * that is edited at most every 1.2 s in its channel. A stream that Slack has ended goes on as such a message.
 */
export function createSlackPresenter(deps: LiveDeps): LivePresenter {
  const streams = new Map<string, StreamedText>();
  const turns = createChannelTurns(deps.now);

  async function open(target: ReplyHandle, text: string, context: LiveContext): Promise<{ id: string } | 'cannot'> {
    const place = placeOf(target, deps);
    if (!place) return 'cannot';
    turns.take(place.target);
    const call = callAt(place, { ...deps, ...context });
    const stream = canStream(place) ? shownAt(await call('chat.startStream', startArgs(place.target, text))) : 'cannot';
    if (stream !== 'cannot') {
      remember(stream.id, new StreamedText(text));
      return stream;
    }
    const message = messageOf(text, place);
    if (!message) return 'cannot';
    return shownAt(await call('chat.postMessage', { ...message, ...postArgs(place.target, context) }));
  }

  async function update(target: ReplyHandle, ...what: [id: string, text: string, LiveContext]): Promise<LiveUpdated> {
    const [id, text, { signal }] = what;
    const place = placeOf(target, deps);
    const at = place && messageAt(id, place.target.channel_id);
    if (!at) return 'gone';
    const waitMs = turns.take(place.target);
    if (waitMs > 0) return { afterMs: waitMs };
    const call = callAt(place, { ...deps, signal });
    const stream = streams.get(id);
    const appended = stream && (await append(stream, { at, text }, call));
    if (appended !== undefined && appended !== 'ended') return appended;
    streams.delete(id);
    return edit({ at, text }, { place, call });
  }

  function remember(id: string, stream: StreamedText): void {
    const [oldest] = streams.keys();
    if (streams.size >= mostStreams && oldest !== undefined) streams.delete(oldest);
    streams.set(id, stream);
  }

  const status: LivePresenter['status'] = (target, text, { signal }) => showStatus(target, text, { ...deps, signal });
  return { open, update, status, statusEveryMs, updateEveryMs, limit: 3_900 };
}

/** A status stands below a thread; elsewhere there is no place for it. Failing to show one is no failure. */
async function showStatus(
  target: ReplyHandle,
  status: string,
  deps: LiveDeps & { signal: AbortSignal },
): Promise<void> {
  const place = placeOf(target, deps);
  if (place?.target.thread_ts === undefined) return;
  const { channel_id, thread_ts } = place.target;
  await callAt(place, deps)('assistant.threads.setStatus', { channel_id, thread_ts, status: statusText(status) });
}

function placeOf(target: ReplyHandle, deps: LiveDeps): Place | undefined {
  if (target.type !== 'slack') return undefined;
  const found = accountOf(target, deps);
  return found.ok ? { target, account: found.account, form: found.config.format } : undefined;
}

const callAt =
  ({ account }: Place, { slack, signal }: Pick<LiveDeps, 'slack'> & { signal: AbortSignal }): SlackCall =>
  (method, args) =>
    slack({ ...account, method, args, signal });

/** What stands behind the app's name below a thread. */
export const statusText = (status: string): string =>
  status === 'typing' || status === 'thinking' ? `is ${status}...` : status;

const canStream = ({ target, form }: Place): boolean =>
  target.thread_ts !== undefined && target.channel_id.startsWith('D') && form === 'markdown';

const startArgs = ({ channel_id, thread_ts }: SlackTarget, text: string) => ({
  channel: channel_id,
  thread_ts,
  ...(streamStart(text) !== '' && { markdown_text: streamStart(text) }),
});

/** The mark of a message that is not the whole yet: another one than that of what was delivered. */
const postArgs = ({ channel_id, thread_ts }: SlackTarget, { deliveryId }: LiveContext) => ({
  channel: channel_id,
  ...(thread_ts !== undefined && { thread_ts }),
  metadata: { event_type: 'trunkline_live', event_payload: { delivery: deliveryId } },
});

/** As much as one message holds. */
function messageOf(text: string, { form }: Place) {
  const [first] = textMessages(text, form);
  return first && { text: first.text, mrkdwn: first.mrkdwn, link_names: false, parse: 'none' };
}

/** Where it stands now. Throws when nobody knows whether it stands. */
function shownAt(answer: SlackAnswer): { id: string } | 'cannot' {
  if (answer.kind === 'ok') {
    const at = messageIn(answer.body);
    return at ? { id: platformIdOf(at) } : 'cannot';
  }
  const isInDoubt = answer.kind === 'lost' || (answer.kind === 'http' && answer.status >= 500);
  if (isInDoubt || (answer.kind === 'error' && errorClass(answer.error) === 'unknown')) {
    throw new Error('Slack may or may not show the beginning of an output.');
  }
  return 'cannot';
}

interface Shown {
  at: MessageAt;
  text: string;
}

/** `ended`: nothing can be appended any more, but the message can be edited. One that a person stopped stays as it is. */
async function append(stream: StreamedText, { at, text }: Shown, call: SlackCall): Promise<LiveUpdated | 'ended'> {
  const piece = stream.next(text);
  if (piece === undefined) return 'ended';
  if (piece === '') return 'ok';
  const answer = await call('chat.appendStream', { ...at, markdown_text: piece });
  if (answer.kind === 'ok') stream.sent(piece);
  if (answer.kind !== 'error') return pauseOf(answer);
  if (answer.error === 'stopped_by_user') return 'ok';
  return errorClass(answer.error) === 'gone' ? 'gone' : 'ended';
}

async function edit({ at, text }: Shown, { place, call }: { place: Place; call: SlackCall }): Promise<LiveUpdated> {
  const message = messageOf(text, place);
  if (!message) return 'ok';
  const { mrkdwn: _mrkdwn, ...shown } = message;
  const answer = await updateMessage({ ...at, ...shown }, call);
  if (answer.kind !== 'error') return pauseOf(answer);
  const known = errorClass(answer.error);
  return known === 'gone' || known === 'refused' || known === 'park' ? 'gone' : { afterMs: 10_000 };
}

function pauseOf(answer: Exclude<SlackAnswer, { kind: 'error' }>): LiveUpdated {
  if (answer.kind === 'ok') return 'ok';
  return { afterMs: answer.kind === 'rate_limited' ? answer.afterMs : 10_000 };
}
