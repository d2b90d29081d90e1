import { Button, ColorSwatch, Group, Text } from '@mantine/core';
import type { FeedState } from '../../api/use-feed.ts';
import { mostRows } from './row-window.ts';

const words: Record<FeedState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Connection lost, trying again; nothing will be missing',
  paused: 'Paused; resuming goes on where it stopped',
  refused: 'Ended',
};
const colours: Record<FeedState, string> = {
  connecting: 'gray',
  live: 'green',
  reconnecting: 'orange',
  paused: 'blue',
  refused: 'red',
};

/** How the connection is, told politely to screen readers, and how much is shown. */
export function LiveStatus({
  state,
  rows,
  fallen,
  onClear,
}: {
  state: FeedState;
  rows: number;
  fallen: number;
  onClear: () => void;
}) {
  return (
    <Group justify="space-between" mb="xs" gap="xs" mih={30}>
      <Group gap={8} wrap="nowrap">
        <ColorSwatch size={10} color={`var(--mantine-color-${colours[state]}-filled)`} aria-hidden withShadow={false} />
        <Text role="status" size="sm" fw={600}>
          {words[state]}
        </Text>
      </Group>
      <Group gap="xs">
        {rows > 0 && (
          <Text size="xs" c="dimmed">
            {fallen > 0
              ? `The newest ${mostRows}; ${fallen.toLocaleString('en')} older ones fell out`
              : `${rows} shown`}
          </Text>
        )}
        {rows > 0 && (
          <Button size="compact-xs" variant="default" onClick={onClear}>
            Clear
          </Button>
        )}
      </Group>
    </Group>
  );
}
