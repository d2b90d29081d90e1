import { hash } from 'node:crypto';
import { extname } from 'node:path';
import type { StepOutcome } from '@trunkline/deliveries';
import { z } from 'zod';
import { readFile, type FileDeps } from './deliver-file.ts';
import type { SlackAction, SlackTarget } from './render-step.ts';
import { errorClass, failureOf } from './slack-errors.ts';
import type { SlackAccount, SlackAnswer, SlackApi } from './web-client.ts';

const uploadTimeoutMs = 120_000;

export interface UploadDeps extends FileDeps {
  slack: SlackApi;
}

export interface UploadJob {
  action: Extract<SlackAction, { do: 'upload' }>;
  target: SlackTarget;
  account: SlackAccount;
  idempotencyKey: string;
  signal: AbortSignal;
}

/** `not_taken`: this workspace does not take this file, and never will. */
export type Uploaded = StepOutcome | { outcome: 'not_taken'; code: string; reason: string };

/** Stands in the name of an upload, by which it is found again; what the workspace shows of a file is its title. */
export const uploadMark = (idempotencyKey: string): string => hash('sha256', idempotencyKey, 'hex').slice(0, 16);

function uploadName(title: string, idempotencyKey: string): string {
  const extension = extname(title);
  return `${title.slice(0, title.length - extension.length)}.${uploadMark(idempotencyKey)}${extension}`;
}

const uploadPlace = z.looseObject({ upload_url: z.url({ protocol: /^https?$/ }), file_id: z.string().min(1) });

/** Uploads a file and shares it. Only the last of its three calls can be seen by anyone, so those before it may be repeated. */
export async function uploadFile(job: UploadJob, deps: UploadDeps): Promise<Uploaded> {
  const { account, action, signal } = job;
  const file = await readFile(action.file, deps, signal);
  if (!file.ok) return file.outcome;
  const title = action.title ?? file.name ?? 'file';
  const args = { filename: uploadName(title, job.idempotencyKey), length: file.bytes.length };
  const asked = await deps.slack({ ...account, method: 'files.getUploadURLExternal', args, signal });
  if (asked.kind !== 'ok') return notTaken(asked) ?? failureOf(asked, { repeatable: true });
  const place = uploadPlace.safeParse(asked.body).data;
  if (!place || !isSlacks(place.upload_url, account.baseUrl)) return strange;
  const sent = await sendBytes(place.upload_url, file.bytes, signal);
  if (sent !== undefined) return sent;
  return share(job, { id: place.file_id, title }, deps);
}

async function share(
  { account, action, target, signal }: UploadJob,
  file: { id: string; title: string },
  { slack }: UploadDeps,
): Promise<Uploaded> {
  const args = {
    files: [file],
    channel_id: target.channel_id,
    ...(action.threadTs !== undefined && { thread_ts: action.threadTs }),
    ...(action.comment && { initial_comment: action.comment.text }),
  };
  const answer = await slack({ ...account, method: 'files.completeUploadExternal', args, signal });
  if (answer.kind === 'ok') return { outcome: 'delivered', platformId: file.id };
  return notTaken(answer) ?? failureOf(answer);
}

function notTaken(answer: Exclude<SlackAnswer, { kind: 'ok' }>): Uploaded | undefined {
  if (answer.kind !== 'error' || errorClass(answer.error) !== 'degrade') return undefined;
  return { outcome: 'not_taken', code: answer.error, reason: `Slack says ${answer.error}.` };
}

/** The bytes go to Slack only, whatever the answer says: to its own hosts, or to where the configured API is. */
function isSlacks(uploadUrl: string, baseUrl: string): boolean {
  const { protocol, hostname, origin } = new URL(uploadUrl);
  return origin === new URL(baseUrl).origin || (protocol === 'https:' && /(^|\.)slack(-files)?\.com$/.test(hostname));
}

/** Nothing is sent along that says who we are: the URL is the permission. */
async function sendBytes(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<StepOutcome | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)]);
  const headers = { 'content-type': 'application/octet-stream' };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: bytes, redirect: 'error', signal: limit });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    const { status } = answer;
    return {
      outcome: 'retry',
      code: `upload_http_${status}`,
      reason: `The upload was answered with ${status}.`,
      status,
    };
  } catch {
    return { outcome: 'retry', code: 'upload_failed', reason: 'The bytes could not be uploaded.' };
  }
}

const strange: StepOutcome = {
  outcome: 'blamed',
  code: 'upload_url_invalid',
  reason: 'Slack named no place of its own to upload to.',
};
