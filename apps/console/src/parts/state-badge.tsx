import { Badge } from '@mantine/core';
import classes from './state-badge.module.css';

const colours: Readonly<Record<string, string>> = {
  ready: 'green',
  delivered: 'green',
  routed: 'green',
  accepted: 'green',
  active: 'green',
  done: 'green',
  admin: 'grape',
  degraded: 'orange',
  parked: 'orange',
  unknown: 'orange',
  duplicate: 'orange',
  'in doubt': 'orange',
  pending: 'blue',
  waiting: 'blue',
  delivering: 'blue',
  dead: 'red',
  expired: 'red',
  rejected: 'red',
  failed: 'red',
  unreadable: 'red',
};

/** A state in its colour; the word is what counts. */
export function StateBadge({ state }: { state: string }) {
  return (
    <Badge variant="light" color={colours[state] ?? 'gray'} className={classes.badge}>
      {state}
    </Badge>
  );
}
