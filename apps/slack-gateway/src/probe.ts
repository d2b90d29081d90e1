import { createHmac } from 'node:crypto';
import type { SlackConnector } from '@trunkline/config';
import {
  callOwnIngress,
  type Check,
  type Found,
  type OwnIngress,
  type Probe,
  type TrialRequest,
} from '@trunkline/gateway-kit';
import type { ReadyEntry } from '@trunkline/inventory';
import { validSecrets, type Secret } from '@trunkline/secrets';
import { z } from 'zod';
import { tokenField } from './bot-token.ts';
import { preparedConnector } from './prepared-connector.ts';
import { callSlack } from './slack-api.ts';
import { maybe, shortText, slackId } from './slack-payload.ts';
import { openSocketUrl } from './socket-url.ts';
import type { SigningKey } from './verify.ts';

export interface ProbeDeps extends OwnIngress {
  now: () => number;
}

type Entry = ReadyEntry<SlackConnector>;

/**
 * Tries a Slack connector: `auth.test` with each bot token, the app token where there is one to use, and a signed
 * `url_verification` through our own ingress, which proves that what Slack signs with the secret is let in. Nothing is stored.
 */
export function slackProbe(deps: ProbeDeps): Probe<'slack'> {
  return async (entry) => {
    const { config } = entry;
    const teams = [undefined, ...config.team_bot_tokens.map(({ team_id: team }) => team)];
    return [
      ...teams.flatMap((team) => tokenCheck(entry, team, deps)),
      config.ingress_mode === 'socket_mode'
        ? { name: 'app_token', run: () => tryAppToken(entry, deps) }
        : { name: 'ingress', run: (signal) => callIngress(entry, signal, deps) },
    ];
  };
}

function tokenCheck(entry: Entry, team: string | undefined, deps: ProbeDeps): Check[] {
  const field = tokenField(entry, { team, enterprise: undefined });
  const [token] = validSecrets(entry.secrets[field] ?? [], deps.now());
  if (token) return [{ name: field, run: (signal) => tryToken({ entry, token, team, signal }, deps) }];
  // One token for each workspace will do.
  if (entry.config.team_bot_tokens.length > 0) return [];
  return [{ name: field, run: () => ({ outcome: 'skipped', detail: 'There is no bot token: it can only listen.' }) }];
}

const identity = z.object({
  user: maybe(shortText),
  team: maybe(shortText),
  team_id: maybe(slackId),
  enterprise_id: maybe(slackId),
});

async function tryToken(
  { entry, token, team, signal }: { entry: Entry; token: Secret; team: string | undefined; signal: AbortSignal },
  { fetch }: ProbeDeps,
): Promise<Found> {
  const said = await callSlack({ baseUrl: entry.config.api_base_url, method: 'auth.test', token, signal }, fetch);
  if (!said.ok) return { outcome: 'failed', detail: remedyOf(said.error) };
  const who = identity.parse(said.body);
  if (team !== undefined && who.team_id !== team && who.enterprise_id !== team) {
    return { outcome: 'failed', detail: `It is the token of ${who.team_id ?? 'another workspace'}, not of ${team}.` };
  }
  return {
    outcome: 'ok',
    detail: `Slack knows it as ${who.user ?? 'a bot'} in ${who.team ?? who.team_id ?? 'a workspace'}.`,
  };
}

/** A URL that nobody connects to costs nothing. */
async function tryAppToken(entry: Entry, { fetch, now }: ProbeDeps): Promise<Found> {
  const [token] = validSecrets(entry.secrets['app_token'] ?? [], now());
  if (!token) return { outcome: 'failed', detail: 'Socket Mode needs an app token (xapp-...). Set app_token.' };
  const opened = await openSocketUrl({ baseUrl: entry.config.api_base_url, token }, fetch);
  if (!opened.ok) return { outcome: 'failed', detail: remedyOf(opened.error) };
  return { outcome: 'ok', detail: 'Slack lets this app open Socket Mode connections.' };
}

const unusable = new Set([
  'invalid_auth',
  'invalid_app_token',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
]);

function remedyOf(error: string): string {
  if (error === 'unreachable')
    return 'Slack could not be reached. Check api_base_url, and that the gateway may go there: names, proxies, firewalls.';
  if (error === 'ratelimited') return 'Slack asks for a pause (ratelimited). Test it again in a minute.';
  if (error === 'socket_mode_not_enabled') return 'Socket Mode is off for this app: switch it on in its settings.';
  if (error === 'missing_scope') return 'The token lacks a scope (missing_scope): add it, and install the app again.';
  if (unusable.has(error)) return `Slack refused the token (${error}). Install the app again and set the new token.`;
  return `Slack says ${error}.`;
}

const challenge = 'trunkline-probe';

async function callIngress(entry: Entry, signal: AbortSignal, deps: ProbeDeps): Promise<Found> {
  const { keys } = preparedConnector(entry);
  const [key] = keys ?? [];
  if (keys && key === undefined) return { outcome: 'failed', detail: 'signing_secret is blank. Set it anew.' };
  const body = JSON.stringify({ type: 'url_verification', challenge });
  const trial: TrialRequest = {
    path: `/v1/connectors/slack/${encodeURIComponent(entry.name)}`,
    headers: { 'content-type': 'application/json', ...(key && signatureHeaders(key, body, deps.now())) },
    body,
    signal,
    proves: key !== undefined,
    isLetIn: ({ status, text }) => status === 200 && text.includes(challenge),
  };
  return callOwnIngress(trial, deps);
}

function signatureHeaders({ key }: SigningKey, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const digest = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}
