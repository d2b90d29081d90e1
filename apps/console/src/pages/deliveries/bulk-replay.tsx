import { Button, Checkbox, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useChange, useOperation } from '../../api/use-operation.ts';
import { Problem } from '../../parts/problem.tsx';
import { BulkPreview, BulkResult } from './bulk-answer.tsx';
import type { deliveryQuery } from './delivery-filters.tsx';
import { FreshSwitch } from './fresh-switch.tsx';

type Query = ReturnType<typeof deliveryQuery>;

const replayable = ['dead', 'expired', 'cancelled', 'unknown'] as const;
type Replayable = (typeof replayable)[number];
const mostAtOnce = 500;

/** Replays what fits the filters: says first how many that would be, and then what became of them. */
export function BulkReplay({ query }: { query: Query }) {
  const [isOpen, dialog] = useDisclosure(false);
  const states = replayable.filter((each) => query.state.includes(each));
  if (states.length === 0) return null;
  return (
    <>
      <Button variant="default" size="xs" onClick={dialog.open}>
        Replay all that fit
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Replay all that fit the filters">
        <BulkForm query={query} states={states} close={dialog.close} />
      </Modal>
    </>
  );
}

function BulkForm({ query, states, close }: { query: Query; states: readonly Replayable[]; close: () => void }) {
  // Of the others a target may have some already, or somebody stopped them on purpose.
  const safe = states.filter((each) => each === 'dead' || each === 'expired');
  const [state, setState] = useState<Replayable[]>(safe.length > 0 ? safe : [...states]);
  const [limit, setLimit] = useState(100);
  const [fresh, setFresh] = useState(false);
  const { unresolved: _, ...filters } = query;
  const body = { ...filters, state, limit, fresh };
  const preview = useOperation('replayDeliveries', { body: { ...body, dry_run: true } }, { enabled: state.length > 0 });
  const replay = useChange('replayDeliveries', ['listDeliveries']);
  const found = state.length > 0 ? preview.data?.body : undefined;
  const error = preview.error ?? replay.error;
  if (replay.data)
    return (
      <Stack>
        <BulkResult answer={replay.data.body} />
        <Button variant="default" onClick={close}>
          Close
        </Button>
      </Stack>
    );
  return (
    <Stack>
      <Text size="sm">
        The oldest first; resolved ones are left out. Each goes to the end of its target's queue and has 24 hours to
        arrive.
      </Text>
      <StateChoice states={states} chosen={state} onChange={setState} />
      <NumberInput
        label="At most"
        value={limit}
        min={1}
        max={mostAtOnce}
        clampBehavior="strict"
        onChange={(value) => typeof value === 'number' && value >= 1 && setLimit(value)}
      />
      <FreshSwitch checked={fresh} onChange={setFresh} />
      <BulkPreview answer={found} />
      {Boolean(error) && <Problem error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          loading={replay.isPending || preview.isFetching}
          disabled={!found || found.items.length === 0}
          onClick={() => replay.mutate({ body })}
        >
          Replay {found?.items.length}
        </Button>
      </Group>
    </Stack>
  );
}

function StateChoice({
  states,
  chosen,
  onChange,
}: {
  states: readonly Replayable[];
  chosen: Replayable[];
  onChange: (states: Replayable[]) => void;
}) {
  return (
    <Checkbox.Group
      label="In the state"
      description="Unknown ones may have arrived: if they are replayed, they may be shown twice."
      value={chosen}
      onChange={(values) => onChange(states.filter((each) => values.includes(each)))}
    >
      <Group mt="xs">
        {states.map((each) => (
          <Checkbox key={each} value={each} label={each} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
