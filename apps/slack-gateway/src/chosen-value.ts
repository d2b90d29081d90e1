import { z } from 'zod';
import { maybe, shortText } from './slack-payload.ts';

const plainText = maybe(z.object({ text: maybe(shortText) }));
const option = maybe(z.object({ text: plainText, value: maybe(shortText) }));
const options = maybe(z.array(z.object({ text: plainText, value: maybe(shortText) })).max(100));
const ids = maybe(z.array(shortText).max(100));

const element = z.object({
  text: maybe(z.union([z.string().transform((text) => ({ text })), z.object({ text: maybe(shortText) })])),
  name: maybe(shortText),
  action_id: maybe(shortText),
  value: maybe(shortText),
  selected_option: option,
  selected_options: options,
  selected_date: maybe(shortText),
  selected_time: maybe(shortText),
  selected_date_time: maybe(z.number()),
  selected_user: maybe(shortText),
  selected_channel: maybe(shortText),
  selected_conversation: maybe(shortText),
  selected_users: ids,
  selected_channels: ids,
  selected_conversations: ids,
});

/** What was pressed or chosen in an element of a message or view: what the person saw, and what it stands for. */
export function chosenIn(action: unknown): { label: string; value?: string } {
  const read = element.safeParse(action);
  if (!read.success) return { label: '?' };
  const chosen = read.data;
  const picked = [chosen.selected_option, ...(chosen.selected_options ?? [])].filter((one) => one !== undefined);
  const plain = plainChoice(chosen);
  const value = chosen.value ?? (picked.length > 0 ? picked.map((one) => one.value ?? '').join(',') : plain);
  const seen = picked.map((one) => one.text?.text ?? one.value ?? '').join(', ');
  const label = chosen.text?.text || seen || plain || value || chosen.name || chosen.action_id || '?';
  return { label, ...(value !== undefined && { value }) };
}

function plainChoice(chosen: z.output<typeof element>): string | undefined {
  const single =
    chosen.selected_date ??
    chosen.selected_time ??
    chosen.selected_date_time ??
    chosen.selected_user ??
    chosen.selected_channel ??
    chosen.selected_conversation;
  const several = chosen.selected_users ?? chosen.selected_channels ?? chosen.selected_conversations;
  return single === undefined ? several?.join(',') : String(single);
}
