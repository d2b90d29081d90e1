import { Button, Group, List, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReceivedOf, routes } from '@trunkline/control-api';
import { useState } from 'react';
import { useChange } from '../../api/use-operation.ts';
import { Problem } from '../../parts/problem.tsx';
import type { deliveryQuery } from './delivery-filters.tsx';
import { FreshSwitch } from './fresh-switch.tsx';

type Answer = ReceivedOf<(typeof routes)['replayDeliveries']>;

const replayable = ['dead', 'expired', 'cancelled', 'unknown'] as const;
const mostAtOnce = 500;

/** Replays what fits the filters: says first how many that would be, and then what became of them. */
export function BulkReplay({ query }: { query: ReturnType<typeof deliveryQuery> }) {
  const [isOpen, dialog] = useDisclosure(false);
  const [limit, setLimit] = useState(100);
  const [fresh, setFresh] = useState(false);
  const preview = useChange('replayDeliveries');
  const replay = useChange('replayDeliveries', ['listDeliveries']);
  const { unresolved: _, state, ...filters } = query;
  const states = replayable.filter((each) => state.includes(each));
  const bodyOf = (wanted: { limit: number; fresh: boolean }) => ({ ...filters, ...wanted, state: states });
  const ask = (wanted: { limit: number; fresh: boolean }) => {
    replay.reset();
    setLimit(wanted.limit);
    setFresh(wanted.fresh);
    preview.mutate({ body: { ...bodyOf(wanted), dry_run: true } });
  };
  const open = () => {
    ask({ limit, fresh: false });
    dialog.open();
  };
  if (states.length === 0) return null;
  const found = preview.data?.body;
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Replay all that fit
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Replay all that fit the filters">
        <Stack>
          <Text size="sm">
            Those that are {states.join(', ')}, oldest first, without what somebody has resolved. Each goes to the end
            of its target's queue, with 24 hours to arrive.
          </Text>
          <NumberInput
            label="At most"
            value={limit}
            min={1}
            max={mostAtOnce}
            clampBehavior="strict"
            onChange={(value) => typeof value === 'number' && value >= 1 && ask({ limit: value, fresh })}
          />
          <FreshSwitch checked={fresh} onChange={(checked) => ask({ limit, fresh: checked })} />
          {replay.data ? <Result answer={replay.data.body} /> : <Preview answer={found} />}
          {Boolean(preview.error ?? replay.error) && <Problem error={preview.error ?? replay.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              {replay.data ? 'Close' : 'Cancel'}
            </Button>
            {!replay.data && (
              <Button
                loading={replay.isPending || preview.isPending}
                disabled={!found || found.items.length === 0}
                onClick={() => replay.mutate({ body: bodyOf({ limit, fresh }) })}
              >
                Replay {found?.items.length ?? ''}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function Preview({ answer }: { answer: Answer | undefined }) {
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

function Result({ answer }: { answer: Answer }) {
  const counts = Map.groupBy(answer.items, ({ outcome }) => outcome);
  return (
    <div role="status">
      <Text size="sm" fw={600}>
        {answer.more ? 'Done with this part; more fit. Replay again for the next.' : 'Done.'}
      </Text>
      <List size="sm">
        {[...counts].map(([outcome, items]) => (
          <List.Item key={outcome}>
            {items.length} {outcomes[outcome]}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
