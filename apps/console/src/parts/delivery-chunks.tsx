import { Code, Group, List, Text } from '@mantine/core';
import type { DeliveryView } from '@trunkline/control-api';
import { counted } from './figures-in-words.ts';
import { StateBadge } from './state-badge.tsx';

interface Chunk {
  number: number;
  state: 'done' | 'in doubt' | 'not done';
  platformId: string | undefined;
  attempts: number;
  lastError: string | undefined;
}

/** The chunks and files of a delivery, as far as anything is known of them: what the platform has, and what went wrong. */
export function DeliveryChunks({ delivery }: { delivery: DeliveryView }) {
  const chunks = chunksOf(delivery);
  if (chunks.length === 0)
    return (
      <Text size="xs" c="dimmed">
        Nothing was tried yet.
      </Text>
    );
  return (
    <List listStyleType="none" size="xs" spacing={2} aria-label="Chunks and files" my={4}>
      {chunks.map(({ number, state, platformId, attempts, lastError }) => (
        <List.Item key={number} style={{ overflowWrap: 'anywhere' }}>
          <Group gap="xs">
            <Text size="xs" fw={600}>
              Chunk {number + 1}
            </Text>
            <StateBadge state={state} />
            <Text size="xs">{counted(attempts, 'attempt')}</Text>
            {platformId !== undefined && <Code style={{ overflowWrap: 'anywhere' }}>{platformId}</Code>}
          </Group>
          {lastError !== undefined && (
            <Text size="xs" c="dimmed">
              {state === 'done' ? 'Before that: ' : ''}
              {lastError}
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}

function chunksOf({ steps, attempts, in_doubt }: DeliveryView): Chunk[] {
  const numbers = new Set([...Object.keys(steps).map(Number), ...attempts.map(({ step }) => step)]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const own = attempts.filter(({ step }) => step === number);
      const failed = own.findLast(({ code }) => code !== undefined);
      const done = steps[number];
      return {
        number,
        state: done ? 'done' : in_doubt === number ? 'in doubt' : 'not done',
        platformId: done?.platform_message_id,
        attempts: own.length,
        lastError: failed && `${failed.code}: ${failed.reason}`,
      };
    });
}
