import type { Deliverer, StepContext, StepOutcome } from '@trunkline/deliveries';
import type { AssetUrls } from '@trunkline/gateway-kit';
import { tokenField } from './bot-token.ts';
import { accountOf, installationOf, type SlackConnectors } from './deliver-account.ts';
import { messageIn, updateMessage, type SlackCall } from './deliver-message.ts';
import type { ChannelPauses } from './deliver-pauses.ts';
import { uploadFile, type UploadDeps } from './deliver-upload.ts';
import { statusText } from './live.ts';
import { createReconciler } from './reconcile.ts';
import { renderContext, type PlanDeps } from './render-context.ts';
import { platformIdOf, type SlackMessage, type SlackStep, type SlackTarget } from './render-step.ts';
import { escapeText } from './render-text.ts';
import { renderOutput } from './render.ts';
import { errorClass, failureOf } from './slack-errors.ts';
import type { SlackAccount, SlackAnswer } from './web-client.ts';

export interface DeliverDeps extends UploadDeps, PlanDeps {
  connectors: SlackConnectors;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  pauses: ChannelPauses;
  now: () => number;
}

/** Delivers outputs by the Web API. Posts hold the delivery's key in their metadata, by which they are found again. */
export function createSlackDeliverer(deps: DeliverDeps): Deliverer<SlackStep> {
  return {
    async plan({ output, session_id: sessionId, delivery_id: deliveryId, target }) {
      if (target.type !== 'slack') return [{ index: 0, ...wrongKind }];
      const format = deps.connectors.get(target.connector)?.config?.format ?? 'markdown';
      const context = await renderContext({ output, sessionId, deliveryId, target }, deps);
      return renderOutput(output, { ...context, target, format });
    },
    deliverStep: (step, context) => deliverStep(step, context, deps),
    reconcile: createReconciler(deps),
    credentialScope(target) {
      const entry = target.type === 'slack' ? deps.connectors.get(target.connector) : undefined;
      return target.type === 'slack' && entry?.state === 'ready' ? tokenField(entry, installationOf(target)) : '';
    },
  };
}

const wrongKind = {
  do: 'refuse',
  code: 'target_of_other_kind',
  reason: 'A target of another kind came to the slack gateway.',
} as const;

/** One step with all that its call needs. */
interface Job {
  step: SlackStep;
  target: SlackTarget;
  account: SlackAccount;
  context: StepContext;
}

async function deliverStep(step: SlackStep, context: StepContext, deps: DeliverDeps): Promise<StepOutcome> {
  const { target } = context.delivery;
  if (target.type !== 'slack') return { outcome: 'refused', code: wrongKind.code, reason: wrongKind.reason };
  const found = accountOf(target, deps);
  if (!found.ok) return found.outcome;
  const pausedMs = deps.pauses.left(target);
  if (pausedMs > 0) {
    const reason = 'Slack asked for a pause in this channel.';
    return { outcome: 'retry', code: 'channel_paused', reason, afterMs: pausedMs };
  }
  const outcome = await carryOut({ step, target, account: found.account, context }, deps);
  if (outcome.outcome === 'retry' && outcome.status === 429) deps.pauses.note(target, outcome.afterMs ?? 0);
  return outcome;
}

async function carryOut(job: Job, deps: DeliverDeps): Promise<StepOutcome> {
  const { step, account, target } = job;
  switch (step.do) {
    case 'post':
      return post(job, step, deps);
    case 'update':
      return update(job, step, deps);
    case 'delete':
      return once(job, { method: 'chat.delete', args: { ...step.at }, deletes: true }, deps);
    case 'delete_file':
      return once(job, { method: 'files.delete', args: { file: step.file }, deletes: true }, deps);
    case 'react': {
      const args = { channel: step.at.channel, timestamp: step.at.ts, name: step.name };
      return once(job, { method: 'reactions.add', args }, deps);
    }
    case 'status':
      return showStatus(job, step, deps);
    case 'refuse':
      return { outcome: 'refused', code: step.code, reason: step.reason };
    case 'upload': {
      const { idempotencyKey, signal } = job.context;
      const done = await uploadFile({ action: step, target, account, idempotencyKey, signal }, deps);
      return done.outcome === 'not_taken' ? linkInstead(job, { step, why: done }, deps) : done;
    }
  }
}

type Posting = Pick<Extract<SlackStep, { do: 'post' }>, 'message' | 'threadTs'>;

async function post(job: Job, { message, threadTs }: Posting, deps: DeliverDeps): Promise<StepOutcome> {
  const place = { channel: job.target.channel_id, ...(threadTs !== undefined && { thread_ts: threadTs }) };
  const call = callOf(job, deps);
  const { mrkdwn } = message;
  const answer = await say(job, message, (args) => call('chat.postMessage', { ...place, mrkdwn, ...args }));
  if (answer.kind !== 'ok') return failureOf(answer);
  const at = messageIn(answer.body);
  return { outcome: 'delivered', ...(at && { platformId: platformIdOf(at) }) };
}

async function update(
  job: Job,
  { at, message, orPost }: Extract<SlackStep, { do: 'update' }>,
  deps: DeliverDeps,
): Promise<StepOutcome> {
  const call = callOf(job, deps);
  // Blocks that are not replaced stay.
  const answer = await say(job, message, (args) => updateMessage({ blocks: [], ...args, ...at }, call));
  if (answer.kind === 'ok') return { outcome: 'delivered', platformId: platformIdOf(at) };
  const isGone = answer.kind === 'error' && errorClass(answer.error) === 'gone';
  if (isGone && orPost) return post(job, { message, ...orPost }, deps);
  return failureOf(answer, { repeatable: true });
}

const callOf =
  ({ account, context }: Job, { slack }: DeliverDeps): SlackCall =>
  (method, args) =>
    slack({ ...account, method, args, signal: context.signal });

/** `event_type` of the metadata of all that we deliver. */
const metadataType = 'trunkline_delivery';

/**
 * Says something, and once more in a plainer form where Slack does not take the form: nothing was said then. What it does not take
 * goes: the metadata or the blocks.
 */
async function say(
  { context }: Job,
  { text, blocks }: SlackMessage,
  send: (args: Record<string, unknown>) => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  const metadata = { event_type: metadataType, event_payload: { key: context.idempotencyKey } };
  const plain = { text, link_names: false, parse: 'none' };
  const form = blocks ? { ...plain, blocks } : plain;
  const answer = await send({ ...form, metadata });
  if (answer.kind !== 'error' || errorClass(answer.error) !== 'degrade') return answer;
  if (answer.error.includes('metadata')) return send(form);
  return blocks?.length ? send({ ...plain, metadata }) : answer;
}

interface Single {
  method: string;
  args: Record<string, unknown>;
  deletes?: boolean;
}

/** A call that may be repeated. */
async function once(job: Job, { method, args, deletes = false }: Single, deps: DeliverDeps): Promise<StepOutcome> {
  const answer = await callOf(job, deps)(method, args);
  return answer.kind === 'ok' ? { outcome: 'delivered' } : failureOf(answer, { repeatable: true, deletes });
}

/** A status is a courtesy: where Slack has no place for it, nothing is missing. */
async function showStatus(
  job: Job,
  { status, threadTs }: Extract<SlackStep, { do: 'status' }>,
  deps: DeliverDeps,
): Promise<StepOutcome> {
  const args = { channel_id: job.target.channel_id, thread_ts: threadTs, status: statusText(status) };
  await callOf(job, deps)('assistant.threads.setStatus', args);
  return { outcome: 'delivered' };
}

/** A file that the workspace does not take is named, with a link where there is one. */
async function linkInstead(
  job: Job,
  { step, why }: { step: Extract<SlackStep, { do: 'upload' }>; why: { code: string; reason: string } },
  deps: DeliverDeps,
): Promise<StepOutcome> {
  const { file, title = 'file', comment, threadTs } = step;
  const assetUrl = file.asset_id && deps.assetUrls.urlOf({ connector: job.target.connector, assetId: file.asset_id });
  const url = file.url ?? assetUrl;
  if (url === undefined) return { outcome: 'refused', code: why.code, reason: why.reason };
  const link = `<${escapeText(url)}|${escapeText(title).replaceAll('|', '¦')}>`;
  const message = { text: comment ? `${comment.text}\n${link}` : link, mrkdwn: true };
  return post(job, { message, ...(threadTs !== undefined && { threadTs }) }, deps);
}
