import { connectorKinds } from '@trunkline/events';
import { z } from 'zod';
import { eventSummarySchema, turnViewSchema } from './event-views.ts';
import { page, pageQuery } from './page.ts';
import { connectorFilter, flag, listOf, timeRange } from './query-fields.ts';
import { defineRoutes } from './route.ts';
import { outputViewSchema } from './session-views.ts';

const params = z.strictObject({
  kind: z.enum(connectorKinds),
  name: z.string().min(1).max(64),
  event_id: z.string().min(1).max(1000),
});

/** What came of an event that the control plane stored itself. */
export const storedEventSchema = z.object({
  event_id: z.string(),
  status: z
    .enum(['accepted', 'pending', 'rejected'])
    .describe('pending: stored, and no router has judged it within 2 s. rejected: a router refused it.'),
  session_id: z.string().optional(),
  turn_id: z.string().optional(),
  reason: z.object({ code: z.string(), detail: z.string() }).optional(),
});
export type StoredEvent = z.output<typeof storedEventSchema>;

export const eventRoutes = defineRoutes({
  listEvents: {
    method: 'GET',
    path: '/v1/events',
    role: 'viewer',
    tag: 'Events',
    summary: 'What came in, newest first, of the last 30 days.',
    description: '`conversation` needs `kind` and `name`. Ignored events belong to no session and no conversation.',
    query: pageQuery.extend({
      outcome: listOf(['accepted', 'rejected', 'ignored', 'dead']),
      ...connectorFilter,
      conversation: z.string().min(1).max(2000).optional().describe('Key of a conversation.'),
      session_id: z.string().min(1).max(200).optional(),
      ...timeRange,
    }),
    answer: page(eventSummarySchema),
  },
  getEvent: {
    method: 'GET',
    path: '/v1/events/:kind/:name/:event_id',
    role: 'viewer',
    tag: 'Events',
    summary: 'One event and what came of it: turn, outputs, deliveries, replays.',
    description:
      'Found while its id is taken (26 h), rejected ones for 30 days. What the platform sent (`data.raw`) is for operators only.',
    params,
    answer: eventSummarySchema.extend({
      event: z.looseObject({ id: z.string() }).optional().describe('Missing where it was never stored.'),
      turn: turnViewSchema.optional(),
      outputs: z.array(outputViewSchema),
      replays: z.array(storedEventSchema),
    }),
    problems: ['event_not_found'],
  },
  replayEvent: {
    method: 'POST',
    path: '/v1/events/:kind/:name/:event_id/replay',
    role: 'operator',
    tag: 'Events',
    summary: 'Send a rejected or dead event once more, as a new event of its conversation.',
    description:
      'The new one is `<id>~r<n>` with `replay_of`, under the session policy that the connector has now. It becomes one turn however ' +
      'often this is asked: a further replay is made only when the one before was rejected or died too. `force` replays what was ' +
      'accepted; to repeat that, replay the replay.',
    params,
    query: z.strictObject({ force: flag }),
    answer: storedEventSchema,
    status: 202,
    problems: ['event_not_found', 'event_not_replayable'],
  },
});
