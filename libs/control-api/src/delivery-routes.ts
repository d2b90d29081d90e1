import { z } from 'zod';
import { deliveryStates, deliverySummarySchema, deliveryViewSchema } from './delivery-views.ts';
import { page, pageQuery } from './page.ts';
import { connectorFilter, flag, listOf, timeRange } from './query-fields.ts';
import { defineRoutes } from './route.ts';

const params = z.strictObject({ delivery_id: z.string().min(1).max(200) });
const replayable = ['dead', 'expired', 'cancelled', 'unknown'] as const;

const filters = {
  ...connectorFilter,
  session_id: z.string().min(1).max(200).optional(),
  turn_id: z.string().min(1).max(200).optional(),
  target_id: z.string().min(1).max(200).optional(),
  ...timeRange,
};

const refusals = ['delivery_not_found', 'delivery_state_conflict'] as const;

export const deliveryRoutes = defineRoutes({
  listDeliveries: {
    method: 'GET',
    path: '/v1/deliveries',
    role: 'viewer',
    tag: 'Deliveries',
    summary: 'Deliveries under way or settled in the last 48 h, newest first.',
    query: pageQuery.extend({
      ...filters,
      state: listOf(deliveryStates),
      unresolved: flag.describe('Leave out what somebody has resolved.'),
    }),
    answer: page(deliverySummarySchema),
  },
  getDelivery: {
    method: 'GET',
    path: '/v1/deliveries/:delivery_id',
    role: 'viewer',
    tag: 'Deliveries',
    summary: 'One delivery with its attempts and steps.',
    params,
    answer: deliveryViewSchema,
    problems: ['delivery_not_found'],
  },
  replayDelivery: {
    method: 'POST',
    path: '/v1/deliveries/:delivery_id/replay',
    role: 'operator',
    tag: 'Deliveries',
    summary: "Put a settled delivery at the end of its target's queue again, with 24 h to arrive.",
    description:
      'Idempotency keys and finished steps are kept: what arrived is not sent again. With `fresh` it starts over under new keys. ' +
      'Asking twice before it ran replays it once.',
    params,
    query: z.strictObject({ fresh: flag }),
    answer: z.object({ delivery_id: z.string(), replay: z.int().describe('Counts the replays, from 1.') }),
    status: 202,
    problems: [...refusals],
  },
  resolveDelivery: {
    method: 'POST',
    path: '/v1/deliveries/:delivery_id/resolve',
    role: 'operator',
    tag: 'Deliveries',
    summary: 'Note that a person has dealt with a delivery that is dead, expired or unknown. Its state stays.',
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
    example: { reason: 'Told them by phone.' },
    answer: deliverySummarySchema,
    problems: [...refusals],
  },
  correctDelivery: {
    method: 'POST',
    path: '/v1/deliveries/:delivery_id/corrections',
    role: 'operator',
    tag: 'Deliveries',
    summary: 'Say something else in place of a delivery that is dead, expired or unknown, and resolve it so.',
    description:
      'The text takes the place of the old one in a new output of the session, to the same target; files and buttons stay. The same ' +
      'text again is the same correction; another one is refused once it is resolved.',
    params,
    body: z.strictObject({
      content: z
        .string()
        .min(1)
        .max(100_000)
        .refine((text) => text.trim() !== '', 'is blank'),
      format: z.enum(['markdown', 'plain']).default('markdown'),
    }),
    example: { content: 'Order 4711 arrives on Monday.' },
    answer: z.object({ output_id: z.string(), delivery_id: z.string().describe('Of the correction.') }),
    status: 202,
    problems: [...refusals],
  },
  cancelDelivery: {
    method: 'POST',
    path: '/v1/deliveries/:delivery_id/cancel',
    role: 'operator',
    tag: 'Deliveries',
    summary: "End a delivery that waits or is parked; its target's next one goes within 10 s.",
    description: 'One whose call is under way is refused. One whose call may have been taken ends as `unknown`.',
    params,
    answer: deliverySummarySchema,
    problems: [...refusals],
  },
  replayDeliveries: {
    method: 'POST',
    path: '/v1/deliveries/replay-bulk',
    role: 'operator',
    tag: 'Deliveries',
    summary: 'Replay what matches, oldest first, without what somebody has resolved.',
    body: z.strictObject({
      ...filters,
      state: z
        .array(z.enum(replayable))
        .min(1)
        .default(['dead', 'expired'])
        .describe('unknown: targets without idempotency keys may then show it twice.'),
      fresh: z.boolean().default(false),
      limit: z.int().min(1).max(500).default(100),
      dry_run: z.boolean().default(false).describe('Tell what would be replayed; replay nothing.'),
    }),
    example: { kind: 'slack', name: 'team', since: '2026-01-31T12:00:00Z', state: ['dead'], dry_run: true },
    answer: z.object({
      items: z.array(
        z.object({
          delivery_id: z.string(),
          state: z.enum(deliveryStates).describe('Before the replay.'),
          connector: deliverySummarySchema.shape.connector,
          outcome: z
            .enum(['queued', 'would_queue', 'changed_meanwhile', 'no_longer_kept'])
            .describe('no_longer_kept: its message is older than 7 days.'),
        }),
      ),
      more: z.boolean().describe('More deliveries match than `limit`.'),
      dry_run: z.boolean(),
    }),
  },
  resetTarget: {
    method: 'POST',
    path: '/v1/targets/:target_id/reset',
    role: 'operator',
    tag: 'Deliveries',
    summary: 'Forget that a target is disabled or its circuit breaker open.',
    description: 'What was refused meanwhile stays dead until it is replayed.',
    params: z.strictObject({ target_id: z.string().min(1).max(200) }),
    answer: z.object({ target_id: z.string(), was_blocked: z.boolean() }),
  },
});
