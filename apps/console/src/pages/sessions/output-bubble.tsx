import { Group, Stack, Text } from '@mantine/core';
import type { OutputView } from '@trunkline/control-api';
import { saidIn, type Said } from '../../parts/said.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import classes from './conversation.module.css';
import { DeliveryLine } from './delivery-line.tsx';
import { LongText } from './long-text.tsx';

/** What a consumer said, and what became of it at each of its targets. */
export function OutputBubble({ output }: { output: OutputView }) {
  const { at, state, deliveries, output: document } = output;
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
      <SaidView said={saidIn(document)} />
      {state !== 'routed' && (
        <Text size="xs" c="dimmed">
          {explained[state]}
        </Text>
      )}
      <Stack gap={4} mt="xs">
        {deliveries.map((delivery) => (
          <DeliveryLine key={delivery.delivery_id} delivery={delivery} />
        ))}
        {state === 'routed' && deliveries.length === 0 && (
          <Text size="xs" c="dimmed">
            Its deliveries are no longer kept: they are for 48 h after they are settled.
          </Text>
        )}
      </Stack>
    </article>
  );
}

const explained: Readonly<Record<Exclude<OutputView['state'], 'routed'>, string>> = {
  waiting: 'No router has looked at it yet, or it is a dead letter: the live feed says why, as “dead”.',
  local: 'It has no target: it stays in this session.',
  repeated: 'Said before under the same id: not delivered again.',
  unreadable: 'It could not be read, so it goes nowhere.',
};

function SaidView({ said }: { said: Said }) {
  const { text, files, buttons, notes } = said;
  return (
    <>
      {text !== '' && <LongText text={text} />}
      {files.map((file) => (
        <Text key={file} size="xs" c="dimmed">
          File: {file}
        </Text>
      ))}
      {buttons.length > 0 && (
        <Text size="xs" c="dimmed">
          Buttons: {buttons.join(', ')}
        </Text>
      )}
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </>
  );
}

/** A text that a consumer is still writing. */
export function GrowingBubble({ text }: { text: string }) {
  return (
    <article className={`${classes.saying} ${classes.output}`} aria-label="Output that is being written">
      <Text size="xs" c="dimmed">
        is being written …
      </Text>
      <div className={classes.text}>{text}</div>
    </article>
  );
}
