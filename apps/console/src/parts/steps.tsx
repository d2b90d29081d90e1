import { Box, Group, Text } from '@mantine/core';
import { CircleCheck, CircleDashed, CircleMinus, CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './steps.module.css';

/** One thing that happens on the way of a message. `skipped`: it does not come to it. */
export interface Step {
  title: string;
  state: 'done' | 'failed' | 'waiting' | 'skipped';
  /** When, as it is shown. */
  at?: string | undefined;
  detail?: ReactNode;
}

const icons = { done: CircleCheck, failed: CircleX, waiting: CircleDashed, skipped: CircleMinus } as const;

/** What happens one after the other, with what came of each. */
export function Steps({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map(({ title, state, at, detail }, index) => {
        const Icon = icons[state];
        return (
          <li key={`${index} ${title}`} className={classes.step} data-state={state}>
            <Icon size={20} className={classes.icon} role="img" aria-label={state} />
            <Box className={classes.body}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Text fw={600} size="sm">
                  {title}
                </Text>
                {at !== undefined && (
                  <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                    {at}
                  </Text>
                )}
              </Group>
              <Text component="div" size="sm" className={classes.detail}>
                {detail}
              </Text>
            </Box>
          </li>
        );
      })}
    </ol>
  );
}
