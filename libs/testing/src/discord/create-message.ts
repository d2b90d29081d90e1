import { formError, refusal } from './api-error.ts';
import type { DiscordAttachment, DiscordMessage } from './message.ts';
import { isJson, type Json } from '../slack/json.ts';
import { postMessage, tell } from './post-message.ts';
import type { RestCall } from './rest-api.ts';
import type { ChannelState } from './world.ts';

const maxContent = 2_000;
const maxNonce = 25;
const maxFileBytes = 10 * 1024 * 1024;
const maxFiles = 10;
/** How long a nonce counts: "the past few minutes". */
const nonceMs = 180_000;

/** What the API lets a bot post; a nonce that is enforced answers the message that has it already. */
export function createMessage(call: RestCall, state: ChannelState): DiscordMessage {
  const { world, body } = call;
  mayPost(state);
  checkForm(call);
  const nonce = body['nonce'] === undefined ? undefined : String(body['nonce']);
  const known = nonce !== undefined && body['enforce_nonce'] === true ? findByNonce(call, nonce) : undefined;
  if (known) return known;
  const replyTo = repliedTo(body, state);
  return postMessage(world, state, {
    author: world.bot.user,
    content: String(body['content'] ?? ''),
    attachments: call.files.map((file) => keepFile(call, file)),
    components: Array.isArray(body['components']) ? body['components'] : [],
    mayMention: allowedMentions(body),
    ...(nonce !== undefined && { nonce }),
    ...(replyTo && { replyTo }),
  });
}

/** Only one's own, and with the same limits. */
export function editMessage(call: RestCall, message: DiscordMessage): DiscordMessage {
  const { world, body } = call;
  if (message.author !== world.bot.user) throw refusal(50005);
  if (typeof body['content'] === 'string') {
    checkContent(body['content']);
    message.content = body['content'];
  }
  message.edited_timestamp = new Date(world.now()).toISOString();
  tell(world, 'MESSAGE_UPDATE', message);
  return message;
}

function mayPost({ may, channel }: ChannelState): void {
  if (!may.send) throw refusal(50013);
  const { thread_metadata: thread } = channel;
  if (thread?.locked) throw refusal(160005);
  if (thread?.archived) thread.archived = false;
}

function checkForm({ body, files }: RestCall): void {
  const content = String(body['content'] ?? '');
  if (content.trim() === '' && files.length === 0) throw refusal(50006);
  checkContent(content);
  if (String(body['nonce'] ?? '').length > maxNonce) {
    throw formError('nonce', 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
  }
  if (files.length > maxFiles) throw formError('files', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  if (files.some(({ bytes }) => bytes.length > maxFileBytes)) throw refusal(40005);
}

function checkContent(content: string): void {
  if ([...content].length > maxContent) {
    throw formError('content', 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.');
  }
}

function findByNonce({ world }: RestCall, nonce: string): DiscordMessage | undefined {
  const since = world.now() - nonceMs;
  const all = [...world.channels.values()].flatMap(({ messages }) => messages);
  return all.find(
    (each) => each.author === world.bot.user && each.nonce === nonce && Date.parse(each.timestamp) >= since,
  );
}

function repliedTo(body: Json, { messages }: ChannelState): DiscordMessage | undefined {
  const reference = body['message_reference'];
  if (!isJson(reference)) return undefined;
  const found = messages.find(({ id }) => id === reference['message_id']);
  if (found || reference['fail_if_not_exists'] === false) return found;
  throw formError('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
}

function allowedMentions(body: Json): { everyone: boolean; users: boolean; repliedUser: boolean } {
  const allowed = body['allowed_mentions'];
  if (!isJson(allowed)) return { everyone: true, users: true, repliedUser: true };
  const parse = Array.isArray(allowed['parse']) ? allowed['parse'] : [];
  const repliedUser = allowed['replied_user'] === true;
  return { everyone: parse.includes('everyone'), users: parse.includes('users'), repliedUser };
}

function keepFile({ world, params }: RestCall, file: { name: string; type: string; bytes: Buffer }): DiscordAttachment {
  return storeFile(world, params['id'] ?? '', file);
}

/** Puts a file where its URL can be fetched. */
export function storeFile(
  world: RestCall['world'],
  channel: string,
  { name, type, bytes }: { name: string; type: string; bytes: Buffer },
): DiscordAttachment {
  const id = world.nextId();
  const path = `${channel}/${id}/${name}`;
  world.files.set(path, { bytes, type });
  const url = `${world.url}/attachments/${channel}/${id}/${encodeURIComponent(name)}`;
  return { id, filename: name, size: bytes.length, url, proxy_url: url, content_type: type };
}
