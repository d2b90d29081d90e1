import { connectorAllows } from '@trunkline/config';
import type { Allowed } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import type { ChatMigrations } from './deliver-migrations.ts';

/** Whether a connector's allowlist lets it send to a chat: under its id, or under one that it had when the list was written. */
export function targetAllowed(
  target: ReplyHandle,
  deps: { inventory: Pick<Inventory, 'get'>; migrations: Pick<ChatMigrations, 'formerIds'> },
): Allowed {
  if (target.type !== 'telegram') return { allowed: false, reason: 'The target is not a telegram target.' };
  const config = deps.inventory.get('telegram', target.connector)?.config;
  // Without its connector nothing is known of the allowlist; such a delivery is parked, not refused.
  if (!config) return { allowed: true };
  const verdict = connectorAllows(config, target);
  if (verdict.allowed) return verdict;
  const former = deps.migrations.formerIds(target.connector, target.chat_id);
  const allowed = former.some((chat_id) => connectorAllows(config, { ...target, chat_id }).allowed);
  return allowed ? { allowed } : verdict;
}
