import { createHmac } from 'node:crypto';
import { signatureHeaders } from '@trunkline/testing';
import type { GatewayKind } from './installation.ts';

/** A way in that asks for a secret, with the value that it has at first. */
export interface SecretDoor {
  name: string;
  kind: GatewayKind;
  reference: string;
  first: string;
  /** The value after so many rotations. */
  next(rotations: number): string;
  /** An event that proves the knowledge of a secret, as its platform would post it; `serial` tells events apart. */
  request(secret: string, said: { serial: number; text: string }): DoorRequest;
}

export interface DoorRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const seconds = () => Math.floor(Date.now() / 1000);
const json = { 'content-type': 'application/json' };
const base64 = (text: string) => `whsec_${Buffer.from(text.padEnd(32, '.')).toString('base64')}`;

function door(of: Omit<SecretDoor, 'first' | 'next'> & { value?: (n: number) => string }): SecretDoor {
  const { value = (n: number) => `${of.name}-hidden-value-${n}`, ...rest } = of;
  return { ...rest, first: value(0), next: value };
}

/** One door for each way in which a gateway tells who knocks. */
export const secretDoors: readonly SecretDoor[] = [
  door({
    name: 'bearer',
    kind: 'http',
    reference: 'connectors.http.bearer.bearer_token',
    request: (secret, { serial, text }) => ({
      path: '/v1/connectors/http/bearer',
      headers: { ...json, authorization: `Bearer ${secret}` },
      body: JSON.stringify({ binding_keys: [`b${serial % 7}`], idempotency_key: `b${serial}`, content: text }),
    }),
  }),
  door({
    name: 'signed',
    kind: 'http',
    reference: 'connectors.http.signed.signing_secret',
    value: (n) => base64(`signed-hidden-value-${n}`),
    request(secret, { serial, text }) {
      const id = `s${serial}`;
      const body = JSON.stringify({ binding_keys: [`s${serial % 7}`], content: text });
      const timestamp = String(seconds());
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
      return { path: '/v1/connectors/http/signed', headers: { ...json, ...signed }, body };
    },
  }),
  door({
    name: 'slack',
    kind: 'slack',
    reference: 'connectors.slack.team.signing_secret',
    request(secret, { serial, text }) {
      const ts = `${seconds()}.${String(serial).padStart(6, '0')}`;
      const event = { type: 'message', channel: 'C0GENERAL', channel_type: 'channel', user: 'U0ALICE', text, ts };
      const body = JSON.stringify({
        ...{ type: 'event_callback', team_id: 'T0FAKE', api_app_id: 'A0FAKE', event_id: `Ev${serial}` },
        ...{ event_time: seconds(), event },
      });
      const signed = signatureHeaders({ secret, body, timestamp: seconds() });
      return { path: '/v1/connectors/slack/team', headers: { ...json, ...signed }, body };
    },
  }),
  door({
    name: 'telegram',
    kind: 'telegram',
    reference: 'connectors.telegram.bot.secret_token',
    request: (secret, { serial, text }) => ({
      path: '/v1/connectors/telegram/bot',
      headers: { ...json, 'x-telegram-bot-api-secret-token': secret },
      body: JSON.stringify({
        update_id: 1_000 + serial,
        message: {
          ...{ message_id: 1 + serial, date: seconds(), text },
          from: { id: 1_000, is_bot: false, first_name: 'Ana' },
          chat: { id: 1_000, type: 'private', first_name: 'Ana' },
        },
      }),
    }),
  }),
  door({
    name: 'external',
    kind: 'external',
    reference: 'connectors.external.side.shared_token',
    request: (secret, { serial, text }) => ({
      path: '/v1/connectors/external/side/events',
      headers: { ...json, authorization: `Bearer ${secret}` },
      body: JSON.stringify({
        ...{ protocol_version: 2, instance_id: 'i-1', event_id: `x${serial}`, actor_id: 'ana' },
        ...{ source_kind: 'message.created', thread: { path: ['room', `${serial % 7}`] } },
        ...{ reply_route: 'room', content: text, metadata: {} },
      }),
    }),
  }),
];

/** Secrets that we present or sign with, by reference; a new value is used for the next call. */
export const outboundSecrets = {
  slackToken: 'connectors.slack.team.bot_token',
  telegramToken: 'connectors.telegram.bot.bot_token',
  egressSigning: 'connectors.http.signed.egress_signing_secret',
  appToken: 'connectors.slack.socket.app_token',
  pollerToken: 'connectors.telegram.poller.bot_token',
} as const;

/** A value for `egress_signing_secret`. */
export const egressValue = (n: number) => base64(`egress-hidden-value-${n}`);

/** The connectors behind the doors; every one of their secrets is in the store. */
export const doorConnectors = (at: { slack: string; telegram: string; sidecar: string; target: string }) => `
[[http_connectors]]
name = "bearer"
bearer_token_secret_ref = "connectors.http.bearer.bearer_token"
ingress_events_per_second = 100000
wait_ms = 0

[[http_connectors]]
name = "signed"
signing_secret_secret_ref = "connectors.http.signed.signing_secret"
egress_signing_secret_secret_ref = "${outboundSecrets.egressSigning}"
allow_private_network = true
ingress_events_per_second = 100000
wait_ms = 0
[[http_connectors.default_reply_targets]]
type = "http"
url = "${at.target}"

[[slack_connectors]]
name = "team"
bot_token_secret_ref = "${outboundSecrets.slackToken}"
signing_secret_secret_ref = "connectors.slack.team.signing_secret"
api_base_url = "${at.slack}"
ingress_events_per_second = 100000

[[telegram_connectors]]
name = "bot"
bot_token_secret_ref = "${outboundSecrets.telegramToken}"
secret_token_secret_ref = "connectors.telegram.bot.secret_token"
api_base_url = "${at.telegram}"
public_url = "https://127.0.0.1:9"
ingress_events_per_second = 100000

[[slack_connectors]]
name = "socket"
ingress_mode = "socket_mode"
app_token_secret_ref = "${outboundSecrets.appToken}"
api_base_url = "${at.slack}"

[[telegram_connectors]]
name = "poller"
ingress_mode = "polling"
polling_timeout_seconds = 2
bot_token_secret_ref = "${outboundSecrets.pollerToken}"
api_base_url = "${at.telegram}"

[[external_connectors]]
name = "side"
platform = "test"
base_url = "${at.sidecar}"
allow_private_network = true
shared_token_secret_ref = "connectors.external.side.shared_token"
ingress_events_per_second = 100000
`;
