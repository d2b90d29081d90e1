import type { Bus } from '@trunkline/bus';
import { bindingKey } from '@trunkline/sessions';

/** Whether a conversation has a session: then the bot takes part in it. */
export async function isBound(key: string, bus: Pick<Bus, 'bucket'>): Promise<boolean> {
  return (await bus.bucket('bindings').get(bindingKey(key))) !== undefined;
}
