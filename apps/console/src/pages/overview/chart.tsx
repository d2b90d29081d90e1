import { Box, ColorSwatch, Group, Paper, Text, Title, VisuallyHidden } from '@mantine/core';
import { useId, type ReactNode } from 'react';

/** What is drawn in one colour. */
export interface Series {
  name: string;
  label: string;
  color: string;
}

interface ChartParts {
  title: string;
  about: string;
  /** In a sentence what it shows: it is drawn for the eye alone. */
  summary: string;
  series: readonly Series[];
  children: ReactNode;
}

/** One chart with its heading and its legend. */
export function Chart({ title, about, summary, series, children }: ChartParts) {
  const id = useId();
  return (
    <Paper component="figure" withBorder p="sm" m={0} aria-labelledby={id}>
      <Title order={3} size="h5" id={id}>
        {title}
      </Title>
      <Text size="xs" c="dimmed">
        {about}
      </Text>
      <Group gap="sm" my={6} aria-hidden>
        {series.map(({ label, color }) => (
          <Group key={label} gap={6} wrap="nowrap">
            <ColorSwatch color={`var(--mantine-color-${color.replace('.', '-')})`} size={10} withShadow={false} />
            <Text size="xs">{label}</Text>
          </Group>
        ))}
      </Group>
      <Box aria-hidden>{children}</Box>
      <VisuallyHidden component="figcaption">{summary}</VisuallyHidden>
    </Paper>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** What all charts over time have in common. */
export const overTime = {
  h: 190,
  dataKey: 'time',
  accessibilityLayer: false,
  tickLine: 'none',
  curveType: 'linear',
  xAxisProps: { minTickGap: 40 },
  yAxisProps: { width: 56 },
} as const;

/** The time of day. */
export const clockTime = (iso: string): string => clock.format(new Date(iso));
