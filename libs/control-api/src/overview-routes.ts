import { connectorKinds } from '@trunkline/events';
import { z } from 'zod';
import { trafficSchema } from './live-state.ts';
import { defineRoutes } from './route.ts';

const count = z.int().min(0);
const time = z.iso.datetime();

/** The time below which 99 of 100 stayed, rounded up to one of some fixed steps. */
const p99 = {
  store_p99_ms: z
    .number()
    .optional()
    .describe('99 of 100 events were stored within this, acknowledgement included. Missing without events.'),
  delivery_p99_ms: z
    .number()
    .optional()
    .describe('99 of 100 deliveries arrived within this, from their output being routed. Missing without deliveries.'),
};

/** How a whole installation is. */
export const overviewSchema = z.object({
  at: time,
  problems: z
    .array(z.object({ part: z.string(), detail: z.string(), fix: z.string().describe('The next step.') }))
    .describe('Parts that are missing while there is work for them.'),
  gateways: z
    .array(z.object({ kind: z.enum(connectorKinds), gateway: z.string(), heard_at: time }))
    .describe('Every gateway that runs.'),
  routers: count.describe('Session routers that run.'),
  connectors: z.object({ ready: count, degraded: count, disabled: count, unknown: count }).describe('By their state.'),
  events_waiting: count.describe('Events that no router has judged yet.'),
  deliveries: z
    .object({
      counted_at: time,
      waiting: count.describe('Queued or being delivered.'),
      oldest_waiting_since: time.optional(),
      parked: count.describe('Wait for their connector to be enabled or repaired.'),
      dead: count,
      expired: count,
      unknown: count,
    })
    .describe(
      'Under way, or ended badly in the last 48 h without anybody having resolved it. Counted every few seconds.',
    ),
  streams: z.array(z.object({ stream: z.string(), messages: count, bytes: count })).describe('What the bus holds.'),
  recent: trafficSchema.extend({ seconds: count, ...p99 }).describe('The last five minutes.'),
  slots: z
    .array(
      trafficSchema.extend({
        from: time,
        ...p99,
        oldest_waiting_seconds: count.describe('Age that the oldest waiting delivery came to; of one at a gateway.'),
      }),
    )
    .describe('The last hour in half minutes, oldest first; the last one is not over yet.'),
});
export type Overview = z.output<typeof overviewSchema>;

export const overviewRoutes = defineRoutes({
  getOverview: {
    method: 'GET',
    path: '/v1/overview',
    role: 'viewer',
    tag: 'Overview',
    summary: 'How the installation is: what runs, what waits, what happened in the last hour.',
    description:
      'What happened is what gateways remember and tell: nothing of it is stored. A gateway that ends loses nothing that it has told; ' +
      'what a control plane has not heard, because it began later, it does not know. /metrics and the dashboards keep more.',
    answer: overviewSchema,
  },
});
