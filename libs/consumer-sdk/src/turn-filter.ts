import type { Turn } from '@trunkline/events';

/** Which turns a group handles; all conditions must hold. Other turns count as finished for the group. */
export interface TurnFilter {
  kind?: string;
  /** `<kind>/<name>`, as in the event's `connector` attribute. */
  connector?: string;
  /** An event type, or a prefix of types that ends in `*`. */
  type?: string;
}

/** Whether a turn passes. */
export function passes(turn: Turn, filter: TurnFilter | ((turn: Turn) => boolean) | undefined): boolean {
  if (!filter) return true;
  if (typeof filter === 'function') return filter(turn);
  const { kind, connector, type } = filter;
  if (kind !== undefined && kind !== turn.event.data.connector.kind) return false;
  if (connector !== undefined && connector !== turn.event.connector) return false;
  if (type === undefined) return true;
  return type.endsWith('*') ? turn.event.type.startsWith(type.slice(0, -1)) : turn.event.type === type;
}
