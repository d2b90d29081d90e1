import { z } from 'zod';

const count = z.int().min(0);

/** What happened at a connector or a gateway within some time. */
export const trafficSchema = z.strictObject({
  accepted: count.describe('Events that were stored.'),
  duplicate: count,
  ignored: count.describe('What the platform sent and that becomes no event.'),
  rejected: count.describe('Refused: not authenticated, not valid, over the rate, or without a session.'),
  errors: count.describe('The bus did not take them; the platform was told to come again.'),
  delivered: count.describe('Deliveries that arrived.'),
  failed: count.describe('Calls to the platform that did not deliver; most are tried again.'),
});
export type ConnectorTraffic = z.infer<typeof trafficSchema>;

/** How often it took how long: pairs of an upper bound in milliseconds and a count, by the bound. Sums of several are right. */
const durationsSchema = z.array(z.tuple([z.number().positive(), count]));
export type Durations = z.infer<typeof durationsSchema>;

/** What happened at one gateway, all its connectors together, within a piece of time. */
export const trafficSlotSchema = trafficSchema.extend({
  from: z.iso.datetime().describe('When the slot begins; half a minute is in it.'),
  oldest_waiting_seconds: count.describe('Age that the oldest delivery in the lanes of this gateway came to.'),
  store_ms: durationsSchema.describe('Storing an event on the bus, acknowledgement included.'),
  delivery_ms: durationsSchema.describe('From an output being routed to its delivery having arrived.'),
});
export type TrafficSlot = z.infer<typeof trafficSlotSchema>;
