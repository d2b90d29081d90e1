import type { GuardedFetch } from '@trunkline/gateway-kit';
import type { Secret } from '@trunkline/secrets';
import { z } from 'zod';
import { callSlack } from './slack-api.ts';

/** Where a Socket Mode connection is to be opened. `fatal` errors stay until somebody changes the app or its token. */
export type SocketUrl =
  { ok: true; url: string } | { ok: false; error: string; fatal: boolean; retryAfterMs: number | undefined };

const opened = z.object({ url: z.url({ protocol: /^wss?$/ }) });

const fatalErrors = new Set([
  'account_inactive',
  'app_access_restricted',
  'forbidden_team',
  'invalid_app_token',
  'invalid_auth',
  'missing_scope',
  'not_allowed_token_type',
  'not_authed',
  'org_login_required',
  'socket_mode_not_enabled',
  'team_disabled',
  'token_expired',
  'token_revoked',
  'user_removed_from_team',
]);

/** Asks Slack for the URL of one more connection of an app; each is good for one connection, soon. */
export async function openSocketUrl(
  { baseUrl, token }: { baseUrl: string; token: Secret },
  fetch: GuardedFetch,
): Promise<SocketUrl> {
  const said = await callSlack({ baseUrl, method: 'apps.connections.open', token }, fetch);
  if (!said.ok) return refused(said.error, said.retryAfterMs);
  const read = opened.safeParse(said.body);
  // Who is asked over TLS must not lead us away from it.
  if (!read.success || (baseUrl.startsWith('https:') && !read.data.url.startsWith('wss:')))
    return refused('url_invalid');
  token.markUsed();
  return { ok: true, url: read.data.url };
}

const refused = (error: string, retryAfterMs?: number): SocketUrl => ({
  ok: false,
  error,
  fatal: fatalErrors.has(error),
  retryAfterMs,
});
