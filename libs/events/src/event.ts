import { z } from 'zod';
import { eventDataContentSchema } from './event-data.ts';
import { member, readWith, unknownVersion, type Read } from './read.ts';
import { readAs, tolerant } from './tolerant.ts';

/** Everything that can have happened on a platform. A newer gateway may write other types. */
export const eventTypes = [
  'trunkline.message.created',
  'trunkline.message.edited',
  'trunkline.message.deleted',
  'trunkline.reaction.added',
  'trunkline.reaction.removed',
  'trunkline.command.invoked',
  'trunkline.interaction.received',
  'trunkline.conversation.changed',
  'trunkline.turn.cancelled',
  'trunkline.domain.event',
  'trunkline.unsupported',
] as const;
export type EventType = (typeof eventTypes)[number];

/** The version that we write. Readers accept any minor version of the same major one. */
export const eventDataSchema = 'urn:trunkline:event:1.0';

const name = z.string().min(1);
const dataschema = z
  .string()
  .regex(/^urn:trunkline:event:1\.\d+$/)
  .describe('Version of data. A higher minor one only adds; another major one is not to be judged.');

/** One CloudEvents 1.0 document in structured mode, with our extension attributes. Strict: for writing; `readEvent` reads. */
export const eventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: name.describe('Unique within its source.'),
  source: name.describe('/connectors/<kind>/<name>'),
  type: name.describe(`One of ${eventTypes.join(', ')}; a newer writer may know others.`),
  subject: name.describe('Key of the conversation.'),
  time: readAs(z.iso.datetime({ offset: true }).describe('When it happened.'), name.describe('When it happened.')),
  datacontenttype: z.literal('application/json'),
  dataschema,
  connector: name.describe('<kind>/<name>'),
  platform: name,
  partitionkey: name.describe('Key of the conversation.'),
  traceparent: z.string().optional().describe('W3C trace context.'),
  data: eventDataContentSchema,
});
export type TrunklineEvent = z.infer<typeof eventSchema>;

/** The event as it is read: unknown fields are kept. */
export const eventReadSchema = tolerant(eventSchema);

/** The major version of an event's data that this program does not know, if it is one. */
export function foreignMajor(event: unknown): number | undefined {
  const schema = member(event, 'dataschema');
  const major = typeof schema === 'string' ? /^urn:trunkline:event:(\d+)\./.exec(schema)?.[1] : undefined;
  return major === undefined || major === '1' ? undefined : Number(major);
}

/** Reads an event from the bus: unknown fields are kept, another major version is told apart from what is broken. */
export function readEvent(document: unknown): Read<TrunklineEvent> {
  const foreign = foreignMajor(document);
  return foreign === undefined ? readWith(eventReadSchema, document) : unknownVersion('dataschema', foreign);
}
