import { z } from 'zod';
import { connectorSchema } from './delivery-views.ts';
import { connectorFilter, listOf } from './query-fields.ts';
import { defineRoutes } from './route.ts';

/** What the feed tells of. */
export const feedKinds = [
  'event',
  'turn',
  'output',
  'delivery',
  'rejected',
  'ignored',
  'dead',
  'audit',
  'live',
] as const;

/** One thing that happened. */
export const feedItemSchema = z.object({
  what: z.enum(feedKinds),
  at: z.string(),
  connector: connectorSchema.optional(),
  session_id: z.string().optional(),
  data: z
    .looseObject({})
    .describe(
      'event: the CloudEvent. turn, output, delivery: as in the lists of sessions and deliveries. rejected, ignored, dead, audit: the ' +
        'entry of the ledger. live: a delta or a status, which is kept nowhere.',
    ),
});
export type FeedItem = z.output<typeof feedItemSchema>;

export const streamRoutes = defineRoutes({
  streamFeed: {
    method: 'GET',
    path: '/v1/stream',
    role: 'viewer',
    tag: 'Live feed',
    summary: 'What happens, as it happens (Server-Sent Events).',
    description:
      'The type of each event is its `what`, its data one JSON document. `Last-Event-ID` resumes where an earlier stream ended, at any ' +
      'replica, without loss or repetition; of a delivery, states that others have followed meanwhile are left out. `live` is not ' +
      'kept: who is slow or away misses it. With `kind` or `name`, outputs and `live` are left out: they are of no connector; with ' +
      '`session_id`, events are, which have no session before they are a turn. A comment comes every 10 s.',
    query: z.strictObject({
      what: listOf(feedKinds),
      ...connectorFilter,
      session_id: z.string().min(1).max(200).optional(),
      since: z.iso.datetime({ offset: true }).optional().describe('Begin at this time instead of now.'),
    }),
    media: 'text/event-stream',
    problems: ['rate_limited'],
  },
});
