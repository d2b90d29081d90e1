import { List, Text } from '@mantine/core';
import type { ReceivedOf, routes } from '@trunkline/control-api';

type Answer = ReceivedOf<(typeof routes)['replayDeliveries']>;

/** How many a bulk replay would queue. */
export function BulkPreview({ answer }: { answer: Answer | undefined }) {
  if (!answer) return null;
  const count = answer.items.length;
  return (
    <Text size="sm" fw={600} role="status">
      {count === 0
        ? 'None fits: there is nothing to replay.'
        : `${count} would be replayed${answer.more ? ', and more fit' : ''}.`}
    </Text>
  );
}

const outcomes: Readonly<Record<Answer['items'][number]['outcome'], string>> = {
  queued: 'queued again',
  would_queue: 'would be queued',
  changed_meanwhile: 'changed meanwhile, left alone',
  no_longer_kept: 'too old: the message is no longer kept',
};

/** What became of each. */
export function BulkResult({ answer: { items, more } }: { answer: Answer }) {
  const counts = Map.groupBy(items, ({ outcome }) => outcome);
  return (
    <div role="status">
      <Text size="sm" fw={600}>
        {more ? 'Done with this part; more fit. Replay again for the next.' : 'Done.'}
      </Text>
      <List size="sm">
        {[...counts].map(([outcome, some]) => (
          <List.Item key={outcome}>
            {some.length} {outcomes[outcome]}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
