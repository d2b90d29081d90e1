import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { classify, errorTable } from './discord-errors.ts';

const api = (status: number, code: number) =>
  new DiscordAPIError({ code, message: 'what was said: secret' }, code, status, 'POST', 'https://x', {
    files: undefined,
    body: undefined,
  });
const limited = new RateLimitError({
  ...{ timeToReset: 0, limit: 5, method: 'POST', hash: '', url: '', route: '', majorParameter: '' },
  ...{ global: false, retryAfter: 60_000, sublimitTimeout: 0, scope: 'shared' },
});

describe('what an error of Discord means for a delivery', () => {
  it.each([
    { error: api(403, 50001), is: 'terminal_error', because: 'no access' },
    { error: api(403, 50013), is: 'terminal_error', because: 'no permission' },
    { error: api(404, 10003), is: 'terminal_error', because: 'no such channel' },
    { error: api(400, 50035), is: 'terminal_error', because: 'a malformed message' },
    { error: api(400, 20016), is: 'retryable_error', because: 'slow mode ends' },
    { error: api(401, 0), is: 'retryable_error', because: 'a token can be replaced' },
    { error: api(403, 999_999), is: 'terminal_error', because: 'an unknown 4xx would be refused again' },
    { error: api(429, 0), is: 'retryable_error', because: 'a 429 by whatever code' },
    { error: new HTTPError(502, 'Bad Gateway', 'POST', 'https://x', {}), is: 'retryable_error', because: 'a 5xx' },
    { error: limited, is: 'retryable_error', because: 'a rest that is too long to wait for' },
    { error: Object.assign(new Error('x'), { code: 'ECONNRESET' }), is: 'retryable_error', because: 'no answer' },
  ])('$is: $because', ({ error, is }) => {
    expect(classify(error).status).toBe(is);
    expect(classify(error).detail).not.toContain('secret');
  });

  it('every row of the table says what it is', () => {
    for (const [code, [status, detail]] of Object.entries(errorTable)) {
      expect(classify(api(400, Number(code)))).toEqual({ status, detail: `${detail} (${code})` });
    }
  });
});
