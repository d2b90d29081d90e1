import { connectorKinds } from '@trunkline/events';
import { z } from 'zod';

/** A switch in a query: `?fresh=true`, or its name alone. */
export const flag = z
  .enum(['true', 'false', ''])
  .default('false')
  .transform((text) => text !== 'false');

/** A field of a query that may stand there several times: `?state=dead&state=unknown`. */
export function listOf<const V extends readonly [string, ...string[]]>(values: V) {
  const one = z.enum(values);
  return z.union([one.transform((value) => [value]), z.array(one)]).optional();
}

/** The times between which something happened. */
export const timeRange = {
  since: z.iso.datetime({ offset: true }).optional().describe('At this time or later.'),
  before: z.iso.datetime({ offset: true }).optional(),
};

/** Which connector something belongs to; the kind alone will do. */
export const connectorFilter = {
  kind: z.enum(connectorKinds).optional().describe('Kind of the connector.'),
  name: z.string().min(1).max(64).optional().describe('Name of the connector.'),
};
