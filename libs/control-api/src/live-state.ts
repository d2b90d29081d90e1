import { z } from 'zod';

const count = z.int().min(0);

/** What happened within some time, at all gateways together. */
export const trafficSchema = z.object({
  accepted: count.describe('Events that were stored.'),
  duplicate: count,
  ignored: count,
  rejected: count,
  errors: count.describe('Events that the bus did not take.'),
  delivered: count.describe('Deliveries that arrived.'),
  failed: count.describe('Calls to the platform that did not deliver.'),
});

/** How a connector is now, as the gateways of its kind tell. Nothing of it is stored: it is at most a few seconds old. */
export const liveStateSchema = z.object({
  state: z
    .enum(['ready', 'degraded', 'disabled', 'unknown'])
    .describe('degraded: at least one gateway cannot work with it. unknown: no gateway of its kind tells of it.'),
  reason: z.string().optional().describe('Why it is degraded or unknown, and what to do.'),
  lease_holder: z
    .string()
    .optional()
    .describe('The gateway that polls, holds the sockets or looks after the sidecar, where one must.'),
  last_event_at: z.iso.datetime().optional(),
  last_delivery_at: z.iso.datetime().optional(),
  backlog_age_seconds: z.number().optional().describe('Age of the oldest delivery that waits; missing when none does.'),
  traffic: trafficSchema.describe('The last five minutes.'),
  event_error_rate: z.number().optional().describe('Share of events rejected or not taken; missing without events.'),
  delivery_error_rate: z.number().optional().describe('Share of calls that failed; missing without calls.'),
  details: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What only this kind has: health and manifest of a sidecar, webhook of a bot, sockets of an app.'),
  gateways: z
    .array(
      z.object({
        gateway: z.string(),
        state: z.string(),
        reason: z.string().optional(),
        config_fingerprint: z.string().optional().describe('A change is live where all of them are the same new one.'),
        secret_versions: z.record(z.string(), z.int()).optional(),
        heard_at: z.iso.datetime(),
      }),
    )
    .describe('Every gateway of its kind that runs.'),
});
export type LiveState = z.output<typeof liveStateSchema>;
