import type { Bus, RunLanesOptions } from '@trunkline/bus';

/**
 * What `runLanes` needs to know of the deliveries of one gateway kind, apart from worker and handler.
 *
 * The lane follows the budget's scope and the key is the target: so a budget has one owner, and targets do not wait for each other.
 */
export function deliveryLanes(
  kind: string,
  bus: Pick<Bus, 'names'>,
): Pick<RunLanesOptions, 'group' | 'stream' | 'filter' | 'keyOf'> {
  return {
    group: `deliveries-${kind}`,
    stream: 'DELIVERIES',
    filter: (lane) => bus.names.deliveriesOfLane(kind, lane),
    keyOf: (subject) => subject,
  };
}
