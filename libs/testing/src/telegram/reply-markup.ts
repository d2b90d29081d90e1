import { badRequest } from './api-error.ts';
import { replyMarkupSchema, type Args } from './args.ts';
import type { InlineKeyboard } from './message.ts';

/** The inline keyboard of a call, checked; other kinds of markup are taken and not kept, as they stand in no message. */
export function inlineKeyboard(args: Args): InlineKeyboard | undefined {
  const markup = args.json('reply_markup', replyMarkupSchema, "can't parse reply keyboard markup JSON object");
  const rows = (markup?.inline_keyboard ?? []).filter((row) => row.length > 0);
  for (const button of rows.flat()) checkButton(button);
  return rows.length > 0 ? { inline_keyboard: rows } : undefined;
}

function checkButton(button: InlineKeyboard['inline_keyboard'][number][number]): void {
  if (button.text === '') throw badRequest("can't parse inline keyboard button: Text must be non-empty");
  const { callback_data: data, url } = button;
  if (data !== undefined && (Buffer.byteLength(data) > 64 || data === '')) throw badRequest('BUTTON_DATA_INVALID');
  if (url !== undefined && !URL.canParse(url)) {
    throw badRequest(`inline keyboard button URL '${url}' is invalid: URL host is empty`);
  }
  if (Object.keys(button).length < 2) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
}
