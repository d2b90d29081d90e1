import type { FeedEntry } from '@trunkline/control-api';
import { useEffect, useRef, useState } from 'react';
import { emptyWindow, mostRows, withRows, type LiveRow, type RowWindow } from './row-window.ts';

const renderMs = 250;

/** What came and is not shown yet. It is bounded as what is shown is: the oldest make room. */
interface Waiting {
  rows: LiveRow[];
  fallen: number;
  next: number;
}

export interface HeldRowWindow extends RowWindow {
  /** How many wait while `held` is set. */
  waiting: number;
  take(entry: FeedEntry): void;
  clear(): void;
}

/** Keeps the newest rows, and renders a few times a second however many come. While `held` is set, what is shown stays as it is. */
export function useRowWindow(held: boolean): HeldRowWindow {
  const [shown, setShown] = useState(emptyWindow);
  const [count, setCount] = useState(0);
  const waiting = useRef<Waiting>({ rows: [], fallen: 0, next: 0 });
  useEffect(() => {
    const show = () => {
      const { rows, fallen } = waiting.current;
      setCount(held ? rows.length + fallen : 0);
      if (held || rows.length === 0) return;
      Object.assign(waiting.current, { rows: [], fallen: 0 });
      setShown((before) => withRows({ ...before, fallen: before.fallen + fallen }, rows));
    };
    show();
    const timer = setInterval(show, renderMs);
    return () => clearInterval(timer);
  }, [held]);
  return {
    ...shown,
    waiting: count,
    take({ item }) {
      const { current } = waiting;
      current.rows.push({ n: current.next++, item });
      if (current.rows.length <= mostRows) return;
      current.rows.shift();
      current.fallen += 1;
    },
    clear() {
      Object.assign(waiting.current, { rows: [], fallen: 0 });
      setShown(emptyWindow);
    },
  };
}
