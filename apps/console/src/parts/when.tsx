import { Text, Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });

/** How long ago `iso` is, in words: `5m ago`, `in 2h`. */
export function ago(iso: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1_000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
  return relative.format(Math.trunc(seconds / size), unit);
}

/** A time, as how long ago it is; whole on hovering and for screen readers. */
export function When({ at }: { at: string | undefined }) {
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 5_000, { autoInvoke: true });
  if (at === undefined) return <Text span size="sm" c="dimmed" children="never" />;
  return (
    <Tooltip label={new Date(at).toLocaleString()}>
      <time dateTime={at} title={at} style={{ whiteSpace: 'nowrap' }}>
        {ago(at, now)}
      </time>
    </Tooltip>
  );
}
