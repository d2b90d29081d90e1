import { roleCovers, roles, routes, type Role, type Route } from '@trunkline/control-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken, type TestApi } from './testing/start-test-api.ts';

type Headers = Record<string, string>;

let api: TestApi;
let now = Date.now();
const tokens: Record<string, string> = { 'start-up token': testAdminToken, garbage: 'garbage' };
const cookies: Partial<Record<Role, { cookie: string; csrf: string }>> = {};

beforeAll(async () => {
  // So slowly that no failure is one too many.
  api = await startTestApi({ now: () => (now += 3_001) });
  for (const role of roles) {
    const { token } = (await api.admin.call('createToken', { body: { name: role, role } })).body;
    tokens[role] = token;
    cookies[role] = await signIn(token);
  }
  const short = { name: 'short', role: 'admin', expires_in_seconds: 1 } as const;
  tokens['expired admin'] = (await api.admin.call('createToken', { body: short })).body.token;
  const revoked = (await api.admin.call('createToken', { body: { name: 'gone', role: 'admin' } })).body;
  tokens['revoked admin'] = revoked.token;
  await api.admin.call('revokeToken', { params: { token_id: revoked.token_id } });
});
afterAll(() => api[Symbol.asyncDispose]());

async function signIn(token: string) {
  const response = await api.fetch(`${api.url}/v1/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const { csrf_token: csrf } = (await response.json()) as { csrf_token: string };
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', csrf };
}

const bearer = (name: string) => (): Headers => ({ authorization: `Bearer ${tokens[name]}` });
const cookie = (role: Role) => (): Headers => ({ cookie: cookies[role]?.cookie ?? '' });
const cookieWithCsrf = (role: Role) => (): Headers => ({
  ...cookie(role)(),
  'x-csrf-token': cookies[role]?.csrf ?? '',
});

/** Who calls, with what; the role that it proves, if any. */
const callers: { who: string; role: Role | undefined; headers: () => Headers; csrf?: false }[] = [
  { who: 'nobody', role: undefined, headers: () => ({}) },
  ...['garbage', 'expired admin', 'revoked admin'].map((who) => ({ who, role: undefined, headers: bearer(who) })),
  ...roles.map((role) => ({ who: role, role, headers: bearer(role) })),
  { who: 'start-up token', role: 'admin', headers: bearer('start-up token') },
  { who: 'a forged cookie', role: undefined, headers: () => ({ cookie: 'trunkline=AQBnAAAAAABhYWFhYWFhYWFhYWFh' }) },
  ...roles.map((role) => ({ who: `${role}, by cookie`, role, headers: cookieWithCsrf(role) })),
  ...roles.map((role) => ({ who: `${role}, by cookie alone`, role, headers: cookie(role), csrf: false as const })),
];

/** The code of the refusal that the table of routes says; nothing for whoever is let in, whatever then becomes of his request. */
function expected(route: Route, { role, csrf }: (typeof callers)[number]): string | undefined {
  if (route.role === 'anyone') return undefined;
  if (role === undefined) return 'unauthenticated';
  if (csrf === false && route.method !== 'GET') return 'cross_site_refused';
  return roleCovers(role, route.role) ? undefined : 'forbidden';
}

async function refusal(route: Route, headers: Headers): Promise<string | undefined> {
  const url = new URL(route.path.replaceAll(/:[a-z_]+/g, 'nothing'), api.url);
  // No body and parts that name nothing: who may call is decided before anything of the request is looked at.
  const response = await api.fetch(url, { method: route.method, headers });
  const refused = [401, 403, 429].includes(response.status);
  const code = refused ? ((await response.json()) as { code: string }).code : undefined;
  if (!refused) await response.body?.cancel();
  return code;
}

const table: [string, Route][] = Object.entries(routes);

describe.each(callers)('$who', (caller) => {
  it.each(table.map(([id, route]) => ({ id, route, wanted: expected(route, caller) })))(
    '$id: $wanted',
    async ({ route, wanted }) => {
      expect(await refusal(route, caller.headers())).toBe(wanted);
    },
  );
});
