import type { Bus } from '@trunkline/bus';
import { heldValueKey, type HeldValue } from './render-buttons.ts';

/** A button answers for as long as turns are kept. */
const heldForMs = 30 * 86_400_000;

/** Keeps the value of a button that is too long for Telegram, before the button is shown. */
export async function holdValue({ key, value }: HeldValue, bus: Pick<Bus, 'bucket'>): Promise<void> {
  await bus.bucket('state').put(key, { v: 1, value }, { ttlMs: heldForMs });
}

/** The value that a press stands for, where Telegram sent only its key; `undefined` when it sent the value, or it is forgotten. */
export async function readHeldValue(data: string, bus: Pick<Bus, 'bucket'>): Promise<string | undefined> {
  const key = heldValueKey(data);
  return key === undefined ? undefined : (await bus.bucket<{ value: string }>('state').get(key))?.value.value;
}
