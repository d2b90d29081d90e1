import { Button } from '@mantine/core';
import type { FocusEventHandler } from 'react';
import { Row } from './live-row.tsx';
import type { LiveRow } from './row-window.ts';
import classes from './live.module.css';

/** The rows, and above them how many wait while somebody reads. */
export function LiveList({
  rows,
  waiting,
  holders,
  onOpen,
}: {
  rows: readonly LiveRow[];
  waiting: number;
  holders: { onFocus: FocusEventHandler; onBlur: FocusEventHandler };
  onOpen: (row: LiveRow) => void;
}) {
  const showNew = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo({ top: 0 });
  };
  return (
    <>
      <div className={classes.bar}>
        {waiting > 0 && (
          <Button size="xs" radius="xl" onClick={showNew}>
            Show {waiting} new
          </Button>
        )}
      </div>
      <ol className={classes.list} aria-label="What happened" {...holders}>
        {rows.map((row) => (
          <Row key={row.n} row={row} onOpen={onOpen} />
        ))}
      </ol>
    </>
  );
}
