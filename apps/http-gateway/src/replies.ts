import { busHeaders, encodeJson, hashToken, type Bus } from '@trunkline/bus';
import { problem, type Problem } from '@trunkline/errors';
import { describeIssues, outputSchema, type Output } from '@trunkline/events';
import {
  clientAddress,
  jsonAnswer,
  parseJson,
  problemAnswer,
  readBody,
  retryAfter,
  sendAnswer,
  type Answer,
  type AuthFailures,
  type IngressHandler,
  type IngressRequest,
  type RateLimit,
  type TrustedProxies,
} from '@trunkline/gateway-kit';
import { openReplyHandle, type SealingKeys } from '@trunkline/secrets';
import { startSpan, traceparentOf } from '@trunkline/telemetry';
import { z } from 'zod';
import { freshEventId } from './event-id.ts';
import { idempotencyKeyHeader } from './idempotency-key.ts';
import { isJsonType, mediaTypeOf } from './request-body.ts';

export interface ReplyDeps {
  bus: Pick<Bus, 'append'>;
  /** Opens sealed handles; without it nobody can reply. */
  keys: SealingKeys | undefined;
  failures: AuthFailures;
  rateLimit: RateLimit;
  trustedProxies: TrustedProxies;
  now: () => number;
  random: () => number;
  log: { info(fields: object, message: string): void };
}

const bodyLimit = 2 * 1024 * 1024;

/** Replies that one conversation may get from outside in a second. */
const perSecond = 10;

const { content, format, parts, metadata, expires_at } = outputSchema.shape;
const replySchema = z
  .strictObject({
    content,
    format,
    parts,
    metadata,
    expires_at,
    reply_handle: z.string().min(1),
    output_id: z.string().trim().min(1).max(160).optional(),
  })
  .refine(({ content, parts }) => content !== undefined || parts !== undefined, 'needs content or parts');
type Reply = z.infer<typeof replySchema>;

/** Takes an answer from whoever holds a sealed reply handle: it says where the answer goes, and nothing else does. */
export function takeReplies(deps: ReplyDeps): IngressHandler {
  return async (request) => {
    const answer = await answerReply(request, deps);
    sendAnswer(request.res, answer);
    deps.log.info({ status: answer.status }, 'reply.answered');
  };
}

async function answerReply({ req, res }: IngressRequest, deps: ReplyDeps): Promise<Answer> {
  const body = await readBody({ req, res }, bodyLimit);
  if (!body.ok) return problemAnswer(body.problem);
  if (!isJsonType(mediaTypeOf(req.headersDistinct))) return problemAnswer(jsonOnly);
  const json = parseJson(body.bytes);
  if (!json.ok) return problemAnswer(json.problem);
  const parsed = replySchema.safeParse(json.value);
  if (!parsed.success) return refusal('payload_invalid', `${describeIssues(parsed.error).join('; ').slice(0, 1000)}.`);
  const opened = deps.keys && openReplyHandle(parsed.data.reply_handle, { key: deps.keys, now: deps.now() });
  if (!opened?.ok) return wrongHandle(clientAddress(req, deps.trustedProxies), deps);

  const key = idempotencyKeyHeader(req.headersDistinct);
  if (!key.ok) return refusal('idempotency_key_invalid', key.detail);
  const { session_id, turn_id, output_subject } = opened.snapshot;
  const taken = await deps.rateLimit.take(`reply/${session_id}`, perSecond);
  if (!taken.ok) return problemAnswer(taken.reason === 'empty' ? tooMany : notStored, retryAfter(taken.retryAfterMs));
  const output = outputOf(parsed.data, { session_id, turn_id, key: key.key }, deps);
  const parent = req.headers['traceparent']?.toString();
  const appended = await publish(output, { subject: output_subject, parent }, deps);
  return jsonAnswer(202, { output_id: output.output_id, session_id, turn_id, status: appended });
}

/** A prefix of their own keeps these ids apart from those of the session's consumers, which can be guessed. */
function outputOf(
  { output_id, ...said }: Reply,
  to: { session_id: string; turn_id: string | undefined; key: string | undefined },
  deps: Pick<ReplyDeps, 'now' | 'random'>,
): Output {
  const own = output_id ?? (to.key === undefined ? freshEventId(deps) : hashToken(to.key));
  return {
    v: 1,
    output_id: `reply:${own}`,
    session_id: to.session_id,
    ...(to.turn_id !== undefined && { turn_id: to.turn_id }),
    ...said,
  };
}

async function publish(
  output: Output,
  { subject, parent }: { subject: string; parent: string | undefined },
  { bus }: Pick<ReplyDeps, 'bus'>,
): Promise<'accepted' | 'duplicate'> {
  const span = startSpan('http.reply', { kind: 'server', parent });
  try {
    const appended = await bus.append(subject, encodeJson(output), {
      messageId: hashToken(JSON.stringify([output.session_id, output.output_id])),
      headers: { 'content-type': 'application/json', [busHeaders.traceparent]: traceparentOf(span) },
    });
    return appended.outcome === 'duplicate' ? 'duplicate' : 'accepted';
  } finally {
    span.end();
  }
}

const refusal = (code: Problem['code'], detail: string) => problemAnswer(problem(code, { detail }));

function wrongHandle(address: string, { failures }: Pick<ReplyDeps, 'failures'>): Answer {
  const failure = failures.failed(address);
  return failure.limited ? problemAnswer(tooManyWrong, retryAfter(failure.retryAfterMs)) : problemAnswer(invalidHandle);
}

const jsonOnly = problem('unsupported_media_type', { detail: 'Send JSON with Content-Type: application/json.' });
const invalidHandle = problem('reply_handle_invalid', {
  detail: 'The reply handle was changed, has expired or is not of this installation. Take the one of a new turn.',
});
const tooManyWrong = problem('too_many_auth_failures', {
  detail: 'Too many wrong reply handles from this address. Try again after Retry-After.',
});
const tooMany = problem('rate_limited', {
  detail: 'Too many replies to this conversation; nothing was stored. Try again after Retry-After.',
});
const notStored = problem('bus_unavailable', {
  detail: 'The bus does not answer at the moment. Send the reply again after Retry-After.',
});
