import { createHash } from 'node:crypto';
import { signatureHeaders } from '@trunkline/testing';
import { postBytes } from './post-bytes.ts';

/** The workspace that everything is posted from; the fake Slack and the connector are made of the same. */
export const benchSlack = {
  team: 'T0BENCH',
  app: 'A0BENCH',
  bot: 'U0BENCHBOT',
  botToken: 'xoxb-bench-0000',
  signingSecret: '8f742231b10e8888abcd99yyyzzz85a5',
  people: Array.from({ length: 50 }, (_, n) => `U0PERSON${String(n).padStart(2, '0')}`),
} as const;

/** The connectors file of a bench installation whose Web API is at `apiUrl`. */
export const slackConnectors = (apiUrl: string) => `[[slack_connectors]]
name = "bench"
bot_token = "${benchSlack.botToken}"
signing_secret = "${benchSlack.signingSecret}"
api_base_url = "${apiUrl}"
ingress_events_per_second = 100000
`;

/** What somebody said in one of the channels, as an event callback of about 1.2 KB; `serial` tells messages apart. */
export function slackBody({ conversation, serial }: { conversation: number; serial: number }): string {
  const { team, app, bot, people } = benchSlack;
  const seconds = Math.floor(Date.now() / 1000);
  const ts = `${seconds}.${String(serial % 1_000_000).padStart(6, '0')}`;
  const user = people[conversation % people.length];
  const text = `Build ${serial} of the release branch is green again, all 1,482 tests pass. Who takes the rollout to the second region this afternoon? I am in a meeting.`;
  const channel = `C0BENCH${String(conversation).padStart(4, '0')}`;
  const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }];
  const event = {
    ...{ user, type: 'message', ts, client_msg_id: uuidOf(serial), text, team },
    blocks: [{ type: 'rich_text', block_id: `b${serial}`, elements }],
    ...{ channel, event_ts: ts, channel_type: 'channel' },
  };
  return JSON.stringify({
    ...{ token: 'ZZZZZZWSxiZZZ2yIvs3peJ', team_id: team, context_team_id: team, context_enterprise_id: null },
    ...{ api_app_id: app, event, type: 'event_callback', event_id: `Ev0${serial.toString(36).toUpperCase()}` },
    event_time: seconds,
    authorizations: [{ enterprise_id: null, team_id: team, user_id: bot, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
    event_context:
      '4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMEJFTkNIIiwiYWlkIjoiQTBCRU5DSCIsImNpZCI6IkMwQkVOQ0gwMDAwIn0xMjM0NTY3ODkw',
  });
}

const uuidOf = (serial: number) =>
  createHash('sha256')
    .update(String(serial))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** The same, signed, as the bytes of a request. */
export function slackRequest(event: { conversation: number; serial: number }, host: string): Buffer {
  const body = slackBody(event);
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    accept: '*/*',
    'content-type': 'application/json',
    ...signatureHeaders({ secret: benchSlack.signingSecret, body, timestamp }),
  };
  return postBytes({ host, path: '/v1/connectors/slack/bench', headers, body });
}
