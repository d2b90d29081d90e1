import { Code, Group, Stack, Text } from '@mantine/core';
import type { OutputView } from '@trunkline/control-api';
import { PlaceLink } from './place-link.tsx';
import { paths } from './paths.ts';
import { outputStateInWords, outputStepState } from './output-state.ts';
import { saidInLine } from './said.ts';
import { StateBadge } from './state-badge.tsx';
import type { Step } from './steps.tsx';
import { targetName } from './target-name.ts';

type Delivery = OutputView['deliveries'][number];

const longest = 300;

/** What became of an answer: that it was given, and its way to each of its targets. `time` says when, as it is shown. */
export function answerSteps(
  { output_id, output, at, state, deliveries }: OutputView,
  time: (iso: string) => string | undefined,
): Step[] {
  const text = saidInLine(output);
  const answered: Step = {
    title: 'Answered',
    state: 'done',
    at: time(at),
    detail: (
      <Stack gap={2}>
        {text !== '' && <Text size="sm">“{text.length > longest ? `${text.slice(0, longest)}…` : text}”</Text>}
        <span>
          output <Code>{output_id}</Code>
        </span>
      </Stack>
    ),
  };
  if (state !== 'routed')
    return [
      answered,
      {
        title: state === 'waiting' ? 'Waiting for a router' : 'Not delivered',
        state: outputStepState[state],
        detail: outputStateInWords[state],
      },
    ];
  if (deliveries.length === 0) return [answered, { title: 'Its deliveries are no longer kept', state: 'skipped' }];
  return [answered, ...deliveries.map((delivery) => deliveryStep(delivery, time))];
}

const deliveryStates: Readonly<Record<string, Step['state']>> = {
  delivered: 'done',
  dead: 'failed',
  expired: 'failed',
  unknown: 'failed',
  cancelled: 'skipped',
};

function deliveryStep(delivery: Delivery, time: (iso: string) => string | undefined): Step {
  const { state, target, settled_at } = delivery;
  return {
    title: `Delivery to ${target.type}`,
    state: deliveryStates[state] ?? 'waiting',
    at: settled_at === undefined ? undefined : time(settled_at),
    detail: <DeliveryInLine delivery={delivery} />,
  };
}

/** A delivery in a line: how it is, where it goes, and why it does not arrive. */
export function DeliveryInLine({
  delivery,
}: {
  delivery: Pick<Delivery, 'delivery_id' | 'state' | 'target' | 'reason'>;
}) {
  const { delivery_id, state, target, reason } = delivery;
  return (
    <Group gap="xs">
      <StateBadge state={state} />
      <PlaceLink to={paths.delivery(delivery_id)}>{targetName(target)}</PlaceLink>
      {reason && <Text size="sm">{reason.detail}</Text>}
    </Group>
  );
}
