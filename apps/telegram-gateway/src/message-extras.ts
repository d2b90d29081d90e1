import type { Message } from './message-payload.ts';

/** Content that is neither text nor file: fields for programs, and a text for everybody else. */
export interface Extras {
  text: string;
  facts: Record<string, unknown>;
}

/** Reads places, contacts, polls and the like; undefined when there is none. */
export function extrasOf(message: Message): Extras | undefined {
  const { venue, location, contact, poll, dice, checklist, sticker, audio } = message;
  // A venue repeats its location beside itself.
  if (venue) return extras({ venue }, `${venue.title}\n${venue.address}\n${coordinates(venue.location)}`);
  if (location) {
    const kind = location.live_period === undefined ? 'Location' : 'Live location';
    return extras({ location }, `${kind}: ${coordinates(location)}`);
  }
  if (contact) {
    const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
    return extras({ contact }, `Contact: ${name}, ${contact.phone_number}`);
  }
  if (poll) return extras({ poll }, listed(`Poll: ${poll.question}`, poll.options));
  if (dice) return extras({ dice }, `${dice.emoji} ${dice.value}`);
  if (checklist) return extras({ checklist }, listed(checklist.title, checklist.tasks));
  if (sticker?.emoji !== undefined) return extras({ sticker: { emoji: sticker.emoji } }, sticker.emoji);
  if (audio?.title !== undefined) return extras({ audio: { title: audio.title, performer: audio.performer } }, '');
  return undefined;
}

const extras = (facts: Record<string, unknown>, text: string): Extras => ({ text, facts });

const coordinates = ({ latitude, longitude }: { latitude: number; longitude: number }) => `${latitude}, ${longitude}`;

const listed = (heading: string, items: readonly { text: string }[]) =>
  [heading, ...items.map(({ text }) => `- ${text}`)].join('\n');
