import { createHash } from 'node:crypto';
import type { OutputPart } from '@trunkline/events';

type Button = Extract<OutputPart, { type: 'buttons' }>['rows'][number][number];

/** A button of Telegram's inline keyboards. */
export type KeyboardButton = { text: string; callback_data: string } | { text: string; url: string };
/** Rows of buttons under one message. */
export type Keyboard = KeyboardButton[][];

const maxDataBytes = 64;
const perRow = 8;
const perKeyboard = 100;

/** A value that is too long for a button, and the key in the bucket `state` under which a press finds it. */
export interface HeldValue {
  key: string;
  value: string;
}

const digestOf = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 22);

/** Data of this form stands for a value that is held. */
const heldForm = /^h:([\w-]{22})$/;

const heldKey = (digest: string) => `telegram.press.${digest}`;

/**
 * What a button sends when it is pressed: its value where Telegram takes it (1 to 64 bytes), else `h:<22 characters>`, and then
 * the value is held in the bucket `state` (`heldValueKey`).
 */
export function pressData(value: string): string {
  const bytes = Buffer.byteLength(value);
  const fits = bytes >= 1 && bytes <= maxDataBytes && !heldForm.test(value);
  return fits ? value : `h:${digestOf(value)}`;
}

/** The key in the bucket `state` that holds the value of a press (`{v: 1, value}`); `undefined` where the data is the value. */
export function heldValueKey(data: string): string | undefined {
  const digest = heldForm.exec(data)?.[1];
  return digest === undefined ? undefined : heldKey(digest);
}

/** Values of an output's buttons that must be in the bucket `state` before the buttons are shown. */
export function heldValues(parts: readonly OutputPart[] = []): HeldValue[] {
  const values = parts.flatMap((part) => (part.type === 'buttons' ? part.rows.flat() : [])).map(({ value }) => value);
  return values
    .filter((value) => value !== undefined)
    .filter((value) => pressData(value) !== value)
    .map((value) => ({ key: heldKey(digestOf(value)), value }));
}

/** Rows of buttons as keyboards of at most 100 buttons, in rows of at most 8. */
export function keyboardsOf(rows: readonly (readonly Button[])[]): Keyboard[] {
  const keyboards: Keyboard[] = [];
  let left = 0;
  for (const row of rows.flatMap(fittingRows)) {
    if (left < row.length) {
      keyboards.push([]);
      left = perKeyboard;
    }
    keyboards.at(-1)?.push(row.map(buttonOf));
    left -= row.length;
  }
  return keyboards;
}

function fittingRows(row: readonly Button[]): Button[][] {
  return Array.from({ length: Math.ceil(row.length / perRow) }, (_, at) => row.slice(at * perRow, (at + 1) * perRow));
}

function buttonOf({ label, value = '', url }: Button): KeyboardButton {
  return url === undefined ? { text: label, callback_data: pressData(value) } : { text: label, url };
}
