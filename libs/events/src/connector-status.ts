import { z } from 'zod';
import { connectorKindSchema } from './connector-ref.ts';
import { readVersioned, type Read } from './read.ts';
import { openEnum, tolerant } from './tolerant.ts';
import { trafficSchema, trafficSlotSchema } from './traffic.ts';

const name = z.string().min(1);
const time = z.iso.datetime();

/** How one connector is, as one gateway sees it. */
export const connectorStatusSchema = z.strictObject({
  name,
  state: openEnum(['ready', 'degraded', 'disabled'], 'Whether the connector works here.'),
  reason: z.string().optional().describe('Why it is degraded.'),
  config_fingerprint: name.optional().describe('Of the configuration in force; absent where it cannot be read.'),
  secret_versions: z.record(z.string(), z.int()).optional().describe('Of the secrets in force, by field.'),
  holds_lease: z
    .literal(true)
    .optional()
    .describe('This gateway is the one that polls, holds the sockets or looks after the sidecar.'),
  last_event_at: time.optional(),
  last_delivery_at: time.optional(),
  traffic: trafficSchema.optional().describe('Within the last five minutes, here; absent when nothing happened.'),
  oldest_waiting_since: time
    .optional()
    .describe('When the oldest delivery was queued that waits in the lanes of this gateway.'),
  details: z.record(z.string(), z.unknown()).optional().describe('What only this kind of connector has.'),
});
export type ConnectorStatus = z.infer<typeof connectorStatusSchema>;

/** What a gateway tells of its connectors from time to time. Strict: for writing; `readStatusReport` reads. */
export const statusReportSchema = z.strictObject({
  v: z.literal(1),
  kind: connectorKindSchema,
  gateway: name.describe('The gateway process.'),
  seq: z.int().min(1).describe('Counts the reports of the process: a gap tells that one was missed.'),
  at: time,
  connectors: z.array(connectorStatusSchema).describe('Those that changed; may be empty.'),
  removed: z.array(name).optional(),
  complete_since: z
    .int()
    .optional()
    .describe('All connectors were told since this seq: what was told before and not since is no more.'),
  history: z
    .array(trafficSlotSchema)
    .optional()
    .describe('Slots of the last hour that changed; each replaces what was told of it before.'),
  leaving: z.literal(true).optional().describe('The process ends.'),
});
export type StatusReport = z.infer<typeof statusReportSchema>;

const statusReportReadSchema = tolerant(statusReportSchema);

/** Reads what came from a gateway. */
export const readStatusReport = (document: unknown): Read<StatusReport> =>
  readVersioned(statusReportReadSchema, document);

/** Asks gateways to tell all that they know: every one, or the one that is named. */
const statusWantedSchema = z.strictObject({ v: z.literal(1), gateway: name.optional() });
export type StatusWanted = z.infer<typeof statusWantedSchema>;

const statusWantedReadSchema = tolerant(statusWantedSchema);

/** Reads the request of somebody who begins to follow. */
export const readStatusWanted = (document: unknown): Read<StatusWanted> =>
  readVersioned(statusWantedReadSchema, document);
