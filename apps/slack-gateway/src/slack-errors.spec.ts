import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorClass, failureOf, type CallTraits } from './slack-errors.ts';
import type { SlackAnswer } from './web-client.ts';

/** Beside a clone, or beside the folder of the worktrees. */
const folder = ['../../../../shared/', '../../../../../shared/']
  .map((shared) => new URL(`${shared}fixtures/slack-api-ref/docs.slack.dev/methods/`, import.meta.url))
  .find((url) => existsSync(url));

function documentedErrors(at: URL | undefined): Set<string> {
  if (at === undefined) return new Set();
  const errors = readdirSync(at).flatMap((file) => {
    const { errors = {} } = JSON.parse(readFileSync(new URL(file, at), 'utf8')) as { errors?: object };
    return Object.keys(errors);
  });
  return new Set(errors);
}

describe('errorClass', () => {
  it.skipIf(folder === undefined)('knows every error that Slack documents for the methods that we call', () => {
    const errors = [...documentedErrors(folder)];
    expect(errors.length).toBeGreaterThan(100);
    expect(errors.filter((error) => errorClass(error) === undefined)).toEqual([]);
  });

  it('knows nothing of others', () => {
    expect(errorClass('a_new_error')).toBeUndefined();
    expect(errorClass('constructor')).toBeUndefined();
  });
});

describe('failureOf', () => {
  it.each<{ answer: Exclude<SlackAnswer, { kind: 'ok' }>; traits?: CallTraits; outcome: object; because: string }>([
    {
      answer: { kind: 'error', error: 'is_archived' },
      outcome: { outcome: 'refused', code: 'is_archived' },
      because: 'no repeat opens an archive',
    },
    {
      answer: { kind: 'error', error: 'token_revoked' },
      outcome: { outcome: 'park', code: 'token_revoked' },
      because: 'the token is the matter, not the delivery',
    },
    {
      answer: { kind: 'error', error: 'internal_error' },
      outcome: { outcome: 'retry' },
      because: 'nothing was stored',
    },
    {
      answer: { kind: 'error', error: 'fatal_error' },
      outcome: { outcome: 'unknown' },
      because: 'Slack may have posted before it failed',
    },
    {
      answer: { kind: 'error', error: 'fatal_error' },
      traits: { repeatable: true },
      outcome: { outcome: 'retry' },
      because: 'an edit can be made twice',
    },
    {
      answer: { kind: 'error', error: 'a_new_error' },
      outcome: { outcome: 'blamed', code: 'a_new_error' },
      because: 'what nobody knows is tried, but not for ever',
    },
    {
      answer: { kind: 'error', error: 'message_not_found' },
      outcome: { outcome: 'refused' },
      because: 'there is nothing to edit',
    },
    {
      answer: { kind: 'error', error: 'message_not_found' },
      traits: { deletes: true },
      outcome: { outcome: 'delivered' },
      because: 'it was to be gone',
    },
    {
      answer: { kind: 'error', error: 'already_reacted' },
      outcome: { outcome: 'delivered' },
      because: 'the reaction is there',
    },
    {
      answer: { kind: 'error', error: 'ratelimited', retryAfterMs: 7_000 },
      outcome: { outcome: 'retry', afterMs: 7_000 },
      because: 'Slack says when',
    },
    {
      answer: { kind: 'rate_limited', afterMs: 30_000 },
      outcome: { outcome: 'retry', afterMs: 30_000, status: 429 },
      because: 'Slack says when',
    },
    {
      answer: { kind: 'http', status: 500 },
      outcome: { outcome: 'unknown', code: 'http_500' },
      because: 'a 500 may come after the post',
    },
    { answer: { kind: 'http', status: 404 }, outcome: { outcome: 'blamed' }, because: 'api_base_url may be wrong' },
    {
      answer: { kind: 'not_sent', code: 'ECONNREFUSED' },
      outcome: { outcome: 'retry', code: 'network_econnrefused' },
      because: 'nobody has heard of it',
    },
    {
      answer: { kind: 'lost', code: 'ECONNRESET' },
      outcome: { outcome: 'unknown' },
      because: 'the request had left',
    },
  ])('$answer.kind $answer.error$answer.code$answer.status: $because', ({ answer, traits, outcome }) => {
    expect(failureOf(answer, traits)).toMatchObject(outcome);
  });
});
