import { Badge, UnstyledButton } from '@mantine/core';
import type { FeedItem } from '@trunkline/control-api';
import { memo } from 'react';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { feedSummary } from './feed-summary.ts';
import type { LiveRow } from './row-window.ts';
import classes from './live.module.css';

const colours: Partial<Record<FeedItem['what'], string>> = {
  event: 'blue',
  turn: 'cyan',
  output: 'grape',
  delivery: 'green',
  rejected: 'red',
  dead: 'red',
  ignored: 'orange',
};

/** One thing that happened: when, what, where, in which session, and what it says. Rendered once, however many come after it. */
export const Row = memo(function Row({ row, onOpen }: { row: LiveRow; onOpen: (row: LiveRow) => void }) {
  const { what, at, connector, session_id } = row.item;
  return (
    <li className={classes.row}>
      <time className={classes.time} dateTime={at}>
        {clock(at)}
      </time>
      <Badge size="sm" variant="light" tt="none" color={colours[what] ?? 'gray'} className={classes.what}>
        {what}
      </Badge>
      <span className={classes.connector}>{connector && `${connector.kind}/${connector.name}`}</span>
      <UnstyledButton className={classes.summary} onClick={() => onOpen(row)} title="Show all of it">
        {feedSummary(row.item)}
      </UnstyledButton>
      <span className={classes.session}>
        {session_id !== undefined && (
          <PlaceLink to={paths.session(session_id)} size="xs">
            {session_id}
          </PlaceLink>
        )}
      </span>
    </li>
  );
});

/** The time of day here, to the millisecond. */
const clock = (iso: string): string => {
  const at = new Date(iso);
  return `${at.toLocaleTimeString('en-GB')}.${String(at.getMilliseconds()).padStart(3, '0')}`;
};
