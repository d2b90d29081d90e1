/**
 * The Chat SDK as a Telegram webhook, in its fastest sensible form: state in memory, no lock per thread (`concurrent`), handlers
 * that do nothing, supergroups only (in private chats it would call Telegram for each message, to show that it types).
 *
 * Before it answers it compares the secret, parses the body, claims the update id in its state and reads the message into its tree. It does
 * not wait for the rest, but the rest is done by the same process: it drops duplicate messages, keeps the chat's history and calls
 * the handler. Nothing is stored: what it has answered is lost with the process.
 *
 *     node peer-chat-telegram.ts <port> <api url>
 */
import { createMemoryState } from '@chat-adapter/state-memory';
import { createTelegramAdapter } from '@chat-adapter/telegram';
import { Chat } from 'chat';
import { serveWeb } from './peer-web-server.ts';
import { benchTelegram } from './telegram-requests.ts';

const [port, apiUrl = ''] = process.argv.slice(2);
const { botToken, secretToken, username: userName } = benchTelegram;

const bot = new Chat({
  userName,
  adapters: { telegram: createTelegramAdapter({ botToken, secretToken, userName, apiUrl, mode: 'webhook' }) },
  state: createMemoryState(),
  concurrency: 'concurrent',
  logger: 'silent',
});
const doNothing = () => Promise.resolve();
bot.onNewMessage(/./, doNothing);
bot.onSubscribedMessage(doNothing);

serveWeb((request) => bot.webhooks.telegram(request), Number(port));
