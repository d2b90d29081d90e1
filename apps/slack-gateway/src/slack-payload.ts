import { z } from 'zod';

/**
 * A field that Slack leaves out, sends as null or fills with what we cannot use: then the event goes on without it.
 *
 * One step, not zod's own `nullish().catch().transform()`: most fields are absent, and three wrappers around each are what
 * reading a payload would mostly consist of.
 */
export const maybe = <T extends z.ZodType>(schema: T) =>
  z
    .unknown()
    .optional()
    .transform((value): z.output<T> | undefined => {
      if (value === undefined || value === null) return undefined;
      const read = schema.safeParse(value);
      return read.success ? read.data : undefined;
    });

/** An id of Slack: short, printable, no spaces. */
export const slackId = z.string().regex(/^[\x21-\x7e]{1,150}$/);
/** Seconds and a counter; names a message within its channel. */
export const slackTs = z.string().regex(/^\d{1,11}\.\d{1,9}$/);
/** A name, a label or a value: bounded, so that no event outgrows a message of the bus. */
export const shortText = z.string().min(1).max(3_000);
export const flag = z.union([
  z.boolean(),
  z.literal('true').transform(() => true),
  z.literal('false').transform(() => false),
]);

const authorization = z.object({
  enterprise_id: maybe(slackId),
  team_id: maybe(slackId),
  user_id: maybe(slackId),
  is_bot: maybe(flag),
  is_enterprise_install: maybe(flag),
});

const eventCallback = z.object({
  type: z.literal('event_callback'),
  api_app_id: maybe(slackId),
  team_id: maybe(slackId),
  enterprise_id: maybe(slackId),
  context_team_id: maybe(slackId),
  context_enterprise_id: maybe(slackId),
  event_id: slackId,
  event_time: maybe(z.number()),
  authorizations: maybe(z.array(authorization).max(1_000)),
  event: z.looseObject({ type: z.string().regex(/^[a-z_.]{1,60}$/) }),
});

const command = z.object({
  command: z.string().regex(/^\/\S{1,100}$/),
  text: z.string().catch(''),
  api_app_id: maybe(slackId),
  team_id: maybe(slackId),
  enterprise_id: maybe(slackId),
  is_enterprise_install: maybe(flag),
  channel_id: slackId,
  channel_name: maybe(shortText),
  user_id: slackId,
  user_name: maybe(shortText),
  trigger_id: maybe(slackId),
});

const idOf = maybe(z.object({ id: maybe(slackId) }));
const place = maybe(z.object({ id: slackId, name: maybe(shortText) }));

const interaction = z.looseObject({
  type: z.string().regex(/^[a-z_]{1,60}$/),
  api_app_id: maybe(slackId),
  team: idOf,
  enterprise: idOf,
  is_enterprise_install: maybe(flag),
  user: z.object({ id: slackId, name: maybe(shortText), username: maybe(shortText), team_id: maybe(slackId) }),
  channel: place,
  callback_id: maybe(shortText),
  trigger_id: maybe(slackId),
  action_ts: maybe(slackTs),
});

export type Authorization = z.output<typeof authorization>;
export type EventCallback = z.output<typeof eventCallback>;
export type SlackCommand = z.output<typeof command>;
export type SlackInteraction = z.output<typeof interaction>;

/** One of the things that Slack posts, whichever way it came. */
export type SlackPayload =
  | { kind: 'event'; body: EventCallback }
  | { kind: 'command'; body: SlackCommand }
  | { kind: 'interaction'; body: SlackInteraction }
  | { kind: 'challenge'; challenge: string }
  /** Slack holds events back: the app got too many in this minute. There is no event in it. */
  | { kind: 'app_rate_limited'; minute: number | undefined }
  | { kind: 'unreadable'; detail: string };

const challenge = z.object({ challenge: z.string().max(3_000) });
const limited = z.object({ minute_rate_limited: maybe(z.number()) });

/** Tells what a parsed payload is by its own shape, so that both ways in (HTTP, Socket Mode) come to the same. */
export function readPayload(value: unknown): SlackPayload {
  if (!isObject(value)) return { kind: 'unreadable', detail: 'The payload is no object.' };
  const [type, name] = [stringIn(value, 'type'), stringIn(value, 'command')];
  if (type === 'url_verification')
    return read(challenge, value, ({ challenge: text }) => ({ kind: 'challenge', challenge: text }));
  if (type === 'app_rate_limited') {
    return read(limited, value, ({ minute_rate_limited: minute }) => ({ kind: 'app_rate_limited', minute }));
  }
  if (type === 'event_callback') return read(eventCallback, value, (body) => ({ kind: 'event', body }));
  if (type === undefined && name !== undefined) return read(command, value, (body) => ({ kind: 'command', body }));
  return read(interaction, value, (body) => ({ kind: 'interaction', body }));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function stringIn(value: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const member = value[field];
  return typeof member === 'string' ? member : undefined;
}

function read<T extends z.ZodType>(schema: T, value: unknown, wrap: (data: z.output<T>) => SlackPayload): SlackPayload {
  const parsed = schema.safeParse(value);
  return parsed.success ? wrap(parsed.data) : { kind: 'unreadable', detail: whereItFails(parsed.error) };
}

/** The fields that do not fit, never their values. */
export function whereItFails(error: z.ZodError): string {
  const fields = error.issues.slice(0, 5).map(({ path }) => z.core.toDotPath(path).slice(0, 100));
  return `Does not fit: ${fields.join(', ')}.`;
}
