import type { RateLimit } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import type { ChatMigrations } from './deliver-migrations.ts';

/** Longer than Telegram's second: calls are not equally long on their way, and two may arrive closer than they left. */
const secondMs = 1_050;

/** Telegram's limits on a target, narrowest first: 1/s a chat, 20/min a group, 30/s a bot (platform-facts B4). Edits count too. */
export function telegramLimits(target: ReplyHandle, migrations: Pick<ChatMigrations, 'newestId'>): RateLimit[] {
  if (target.type !== 'telegram') return [];
  const { connector } = target;
  const chatId = migrations.newestId(connector, target.chat_id);
  const chat = JSON.stringify([connector, chatId]);
  const isGroup = chatId.startsWith('-');
  return [
    { key: `chat ${chat}`, count: 1, perMs: secondMs },
    ...(isGroup ? [{ key: `group ${chat}`, count: 20, perMs: 60 * secondMs }] : []),
    { key: `bot ${connector}`, count: 30, perMs: secondMs },
  ];
}
