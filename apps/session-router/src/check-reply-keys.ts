import type { Bus } from '@trunkline/bus';
import { readTurn } from '@trunkline/events';
import { KeyringWrongError, openReplyHandle, type SealingKeys } from '@trunkline/secrets';

/**
 * What is wrong with the keys that reply handles are sealed with, as the newest turn tells; nothing, with the keyring of this
 * installation. Throws KeyringWrongError where there is no doubt: with it no answer would find its way.
 */
export async function checkReplyKeys(
  key: SealingKeys,
  { bus, now }: { bus: Pick<Bus, 'read' | 'names'>; now: () => number },
): Promise<string | undefined> {
  const newest = await bus.read('TURNS', { newestOf: bus.names.allTurns });
  const turn = newest && readTurn(newest.json());
  if (!turn?.ok) return undefined;
  const opened = openReplyHandle(turn.value.reply_handle, { key, now: now() });
  if (opened.ok) return undefined;
  if (opened.reason === 'forged') throw new KeyringWrongError('a key of the same id has sealed the newest turn');
  if (opened.reason !== 'unknown_key') return undefined;
  return `The newest turn is sealed with a key that is not among ${key.ids.join(', ')}: its answer cannot be delivered.`;
}
