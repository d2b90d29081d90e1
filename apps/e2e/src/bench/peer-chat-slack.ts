/**
 * The Chat SDK as a Slack webhook, in its fastest sensible form: state in memory, no lock per thread (`concurrent`), the bot's id
 * known beforehand, handlers that do nothing.
 *
 * Before it answers it verifies the signature and parses the body. It does not wait for the rest, but the rest is done by the same
 * process: it looks up the author (once each), reads the text into its message tree, drops duplicates of the last minutes and
 * calls the handler. Nothing is stored: what it has answered is lost with the process.
 *
 *     node peer-chat-slack.ts <port> <api url>
 */
import { createSlackAdapter } from '@chat-adapter/slack';
import { createMemoryState } from '@chat-adapter/state-memory';
import { Chat } from 'chat';
import { serveWeb } from './peer-web-server.ts';
import { benchSlack } from './slack-requests.ts';

const [port, apiUrl] = process.argv.slice(2);
const { botToken, signingSecret, bot: botUserId } = benchSlack;

const bot = new Chat({
  userName: 'bench',
  adapters: { slack: createSlackAdapter({ botToken, signingSecret, botUserId, apiUrl: `${apiUrl}/` }) },
  state: createMemoryState(),
  concurrency: 'concurrent',
  logger: 'silent',
});
const doNothing = () => Promise.resolve();
bot.onNewMessage(/./, doNothing);
bot.onSubscribedMessage(doNothing);

serveWeb((request) => bot.webhooks.slack(request), Number(port));
