import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** In place of a list that has nothing in it: says so, and what would put something there. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="xs">
        <Title order={3} size="h5">
          {title}
        </Title>
        <Text component="div" size="sm" c="dimmed" ta="center">
          {children}
        </Text>
      </Stack>
    </Paper>
  );
}
