import { refusal } from './api-error.ts';
import { createMessage } from './create-message.ts';
import type { RestCall, RestHandler } from './rest-api.ts';
import { addChannel, channelTypes } from './world.ts';

/** Longer than that and a button press counts as failed. */
const interactionMs = 3_000;
const contentFlag = 1 << 18;

/** The bot itself, its application, its interactions. */
export const botRoutes: Record<string, RestHandler> = {
  'GET /gateway/bot': ({ world }) => ({
    url: world.url.replace('http', 'ws'),
    shards: 1,
    session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
  }),
  'GET /users/@me': ({ world }) => world.bot.user,
  'GET /applications/@me': ({ world }) => ({
    id: world.bot.applicationId,
    name: world.bot.user.username,
    flags: world.bot.messageContent ? contentFlag : 0,
  }),
  'GET /oauth2/applications/@me': ({ world }) => ({ id: world.bot.applicationId, name: world.bot.user.username }),
  'POST /users/@me/channels': openDirect,
  'POST /interactions/:interaction/:token/callback': answerInteraction,
  'POST /webhooks/:application/:token': followUp,
};

function openDirect({ world, body }: RestCall): unknown {
  const user = world.users.get(String(body['recipient_id']));
  if (!user) throw refusal(50007);
  const isTheirs = ({ recipients }: { recipients?: { id: string }[] }) => recipients?.[0]?.id === user.id;
  const known = [...world.channels.values()].find(({ channel }) => isTheirs(channel));
  return (known ?? addChannel(world, { type: channelTypes.direct, recipients: [user] })).channel;
}

function answerInteraction({ world, params, body }: RestCall): void {
  const found = world.interactions.get(params['token'] ?? '');
  if (!found || found.id !== params['interaction'] || world.now() - found.at > interactionMs) throw refusal(10062);
  if (found.answered !== undefined) throw refusal(40060);
  found.answered = Number(body['type']);
}

function followUp(call: RestCall): unknown {
  const found = call.world.interactions.get(call.params['token'] ?? '');
  const state = call.world.channels.get(found?.message.channel_id ?? '');
  if (!state) throw refusal(10062);
  return createMessage(call, state);
}
