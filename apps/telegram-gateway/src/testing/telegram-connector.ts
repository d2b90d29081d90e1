import { parseConnector, type TelegramConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { secretOf, type Secret } from '@trunkline/secrets';

/** A token that looks like one; the bot's id is 4242. */
export const testToken = '4242:test-token';

/** A telegram connector as the file would make it: defaults applied. Throws when the fields are not valid. */
export function telegramConnector(fields: object = {}): TelegramConnector {
  const parsed = parseConnector('telegram', { name: 'bot', bot_token: testToken, secret_token: 'right', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connector;
}

/** A connector in the state in which the inventory gives it to a gateway; inline secrets are resolved. */
export function readyEntry(fields: object = {}, secrets: Record<string, Secret[]> = {}): ReadyEntry<TelegramConnector> {
  const config = telegramConnector(fields);
  const names = ['bot_token', 'secret_token'] as const;
  const inline = names.flatMap((name) =>
    config[name]?.inline === undefined ? [] : [[name, [secretOf(config[name].inline)]]],
  );
  return {
    kind: 'telegram',
    name: config.name,
    source: 'file',
    state: 'ready',
    config,
    secrets: { ...Object.fromEntries(inline), ...secrets },
  };
}
