import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';

/** What became of a call that failed. */
export interface Failure {
  status: 'retryable_error' | 'terminal_error';
  /** For operators: a code of Discord's and what it means, never what was said. */
  detail: string;
  /** The bot's token is worth nothing any more. */
  tokenRefused?: true;
}

type Row = [status: Failure['status'], detail: string];

const later = 'retryable_error';
const never = 'terminal_error';

/** Discord's JSON error codes; what is not here goes by its HTTP status. */
export const errorTable: Readonly<Record<number, Row>> = {
  10003: [never, 'The channel does not exist (any more), or the bot was never in it.'],
  10004: [never, 'The server does not exist (any more), or the bot has left it.'],
  10008: [never, 'The message does not exist (any more).'],
  10013: [never, 'The user does not exist.'],
  20009: [never, 'The text may not be sent to this recipient: explicit content.'],
  20016: [later, 'The channel is in slow mode.'],
  20028: [later, 'The channel takes no more messages for now.'],
  20029: [later, 'The server takes no more messages for now.'],
  30007: [never, 'The channel has as many webhooks as there may be.'],
  40001: [never, 'The bot may not do this.'],
  40002: [never, 'The account of the bot has to be verified.'],
  40003: [later, 'Direct channels are opened too fast.'],
  40004: [later, 'Sending messages has been switched off for a while by Discord.'],
  40005: [never, 'The files are larger than Discord takes.'],
  40060: [never, 'The interaction was answered already.'],
  40062: [later, 'Discord limits this service for now.'],
  40333: [later, "Discord's network had an error."],
  50001: [never, 'The bot has no access to the channel: let its role view it.'],
  50006: [never, 'There is nothing in the message.'],
  50007: [never, 'The user takes no messages of this bot.'],
  50008: [never, 'The channel is not one for text.'],
  50013: [
    never,
    'The bot lacks a permission in the channel: Send Messages, in threads Send Messages in Threads, for files Attach Files.',
  ],
  50024: [never, 'This cannot be done in a channel of this type.'],
  50035: [never, 'Discord finds the message malformed.'],
  50083: [never, 'The thread is archived.'],
  50278: [never, 'The user takes no messages of this bot: no server in common.'],
  130000: [later, 'Discord is overloaded.'],
  131000: [later, 'Discord did not manage.'],
  160002: [never, 'The bot may not answer without Read Message History.'],
  160005: [never, 'The thread is locked.'],
  200000: [never, "The server's AutoMod blocked the message."],
  200001: [never, "The server's AutoMod blocked the title."],
  240000: [never, 'The message holds a link that Discord blocks.'],
};

/** Says whether a call may be tried again. */
export function classify(error: unknown): Failure {
  if (error instanceof RateLimitError) return { status: later, detail: rateLimited(error) };
  if (error instanceof DiscordAPIError) return ofApi(error);
  if (error instanceof HTTPError) return { status: later, detail: `Discord answered HTTP ${error.status}.` };
  return { status: later, detail: `Discord could not be reached (${codeOf(error)}).` };
}

const rateLimited = ({ retryAfter, scope }: RateLimitError) =>
  `Rate limit of Discord (${scope}): ${Math.ceil(retryAfter / 1000)} s.`;

function ofApi({ status, code }: DiscordAPIError): Failure {
  if (status === 401) {
    return {
      status: later,
      detail: 'Discord refused the token of the bot (401): put a new one into DISCORD_BOT_TOKEN.',
      tokenRefused: true,
    };
  }
  const row = errorTable[Number(code)];
  if (row) return { status: row[0], detail: `${row[1]} (${code})` };
  const repeatable = status === 429 || status === 408 || status >= 500;
  return { status: repeatable ? later : never, detail: `Discord refused the call (HTTP ${status}, ${code}).` };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
