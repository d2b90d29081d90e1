import { Box, Paper, Text, Title, VisuallyHidden } from '@mantine/core';
import { useId, type ReactNode } from 'react';

/** One chart with its heading. It is drawn for the eye alone; `summary` says in a sentence what it shows. */
export function Chart(parts: { title: string; about: string; summary: string; children: ReactNode }) {
  const { title, about, summary, children } = parts;
  const id = useId();
  return (
    <Paper component="figure" withBorder p="sm" m={0} aria-labelledby={id}>
      <Title order={3} size="h5" id={id}>
        {title}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {about}
      </Text>
      <Box aria-hidden>{children}</Box>
      <VisuallyHidden component="figcaption">{summary}</VisuallyHidden>
    </Paper>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** What all charts over time have in common. */
export const overTime = {
  h: 200,
  dataKey: 'time',
  accessibilityLayer: false,
  withLegend: true,
  tickLine: 'none',
  xAxisProps: { minTickGap: 40 },
  yAxisProps: { width: 52 },
  legendProps: { verticalAlign: 'bottom', height: 28 },
} as const;

export const clockTime = (iso: string): string => clock.format(new Date(iso));
