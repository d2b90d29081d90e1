import { Group, Stack, Text } from '@mantine/core';
import type { OutputView } from '@trunkline/control-api';
import { outputStateInWords } from '../../parts/output-state.ts';
import { saidIn } from '../../parts/said.ts';
import { SmallLines } from '../../parts/small-lines.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import classes from './conversation.module.css';
import { DeliveryLine } from './delivery-line.tsx';
import { LongText } from './long-text.tsx';

/** What a consumer said, and what became of it at each of its targets. */
export function OutputBubble({ output }: { output: OutputView }) {
  const { at, state, deliveries } = output;
  const { text, lines } = saidIn(output.output);
  return (
    <article className={`${classes.saying} ${classes.output}`} aria-label={`Output ${output.output_id}`}>
      <Group gap="xs" mb={2}>
        <Text size="sm" fw={600}>
          Answer
        </Text>
        {state !== 'routed' && <StateBadge state={state} />}
        <Text component="div" size="xs" c="dimmed">
          <When at={at} />
        </Text>
      </Group>
      {text !== '' && <LongText text={text} />}
      <SmallLines lines={lines} />
      {state !== 'routed' && (
        <Text size="xs" c="dimmed">
          {outputStateInWords[state]}
        </Text>
      )}
      <Stack gap={4} mt="xs">
        {deliveries.map((delivery) => (
          <DeliveryLine key={delivery.delivery_id} delivery={delivery} />
        ))}
        {state === 'routed' && deliveries.length === 0 && (
          <Text size="xs" c="dimmed">
            Its deliveries are no longer kept: they are deleted 48 hours after they are settled.
          </Text>
        )}
      </Stack>
    </article>
  );
}

/** A text that a consumer is still writing. */
export function GrowingBubble({ text }: { text: string }) {
  return (
    <article className={`${classes.saying} ${classes.output}`} aria-label="Output that is being written">
      <Text size="xs" c="dimmed">
        Being written …
      </Text>
      <div className={classes.text}>{text}</div>
    </article>
  );
}
