import { parseTrustedProxies } from '@trunkline/gateway-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken, type TestApi } from './testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  const proxies = parseTrustedProxies(['127.0.0.1']);
  if (!proxies.ok) throw new Error('unreachable');
  api = await startTestApi({ trustedProxies: proxies.trusted });
});
afterAll(() => api[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, api.url), { redirect: 'manual', headers });

describe('every answer', () => {
  it.each(['/v1/whoami', '/v1/nothing', '/nothing', '/%', '/', '/reference', '/reference.css', '/openapi.json'])(
    '%s cannot be framed, sniffed, stored or read by other sites',
    async (path) => {
      const { headers } = await get(path, {
        authorization: `Bearer ${testAdminToken}`,
        origin: 'https://evil.example',
      });
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    },
  );

  it('demands TLS for the future where it came over TLS, and only there', async () => {
    expect((await get('/v1/whoami')).headers.has('strict-transport-security')).toBe(false);
    const { headers } = await get('/v1/whoami', { 'x-forwarded-proto': 'https' });
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/);
  });

  it('does not open the API to other sites: a preflight is granted nothing', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' };
    const response = await fetch(`${api.url}/v1/tokens/x`, { method: 'OPTIONS', headers });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('/', () => {
  it('leads to the reference', async () => {
    const response = await get('/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/reference']);
  });
});
