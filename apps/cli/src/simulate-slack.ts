import type { SlackConnector } from '@trunkline/config';
import { nothingAnswers, type Answered } from './simulate-outcome.ts';

export interface SimulatedSlack {
  connector: SlackConnector;
  /** Base URL of the gateway. */
  url: string;
  text: string;
  signingSecret: string | undefined;
  channel?: string;
  user: string;
  /** `ts` of the message that it answers. */
  thread?: string;
}

/** Posts a message of a channel as Slack would: the whole envelope, signed over the bytes. The app, workspace and channel fit the allowlists. */
export async function simulateSlack(simulated: SimulatedSlack): Promise<Answered> {
  const { connector, url, text, thread } = simulated;
  // Loaded here: nothing else in this program needs a test tool, nor the time to load it.
  const { startFakeSlack } = await import('@trunkline/testing');
  const world = worldFor(simulated);
  await using slack = await startFakeSlack({ ...world.spec, retryDelaysMs: [], ackTimeoutMs: 10_000 });
  slack.subscribe({ url: `${url}/v1/connectors/slack/${encodeURIComponent(connector.name)}` });
  const { ts, settled } = slack.say({ ...world.at, text, ...(thread && { thread_ts: thread }) });
  const [delivery] = await settled;
  const attempt = delivery?.attempts[0];
  if (attempt?.status === undefined) throw nothingAnswers(url);
  return {
    status: attempt.status,
    body: attempt.body ?? '',
    isEvent: ({ data }) => data.message?.id === ts,
    isIgnored: (eventId) => eventId.endsWith(`:${delivery?.event_id}`),
  };
}

/** A Slack with one person, one channel and the app; ids as a fake Slack has them where the connector does not care. */
function worldFor({ connector, channel: given, user, signingSecret }: SimulatedSlack) {
  const channel = given ?? connector.allowed_channel_ids[0] ?? 'C0GENERAL';
  const team = connector.allowed_team_ids[0] ?? 'T0FAKE';
  const [enterprise] = connector.allowed_enterprise_ids;
  const app = connector.allowed_api_app_ids[0] ?? 'A0FAKE';
  const spec = {
    teams: [{ id: team, ...(enterprise && { enterprise_id: enterprise }) }],
    users: [{ id: user }],
    channels: [{ id: channel, kind: kindOf(channel) }],
    apps: [{ id: app, ...(signingSecret !== undefined && { signing_secret: signingSecret }) }],
  };
  return { spec, at: { channel, user } };
}

/** Slack's ids say so. */
function kindOf(channel: string): 'public' | 'private' | 'im' {
  if (channel.startsWith('D')) return 'im';
  return channel.startsWith('G') ? 'private' : 'public';
}
