import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { EventRef } from '../../api/found-event.ts';
import { useOperation } from '../../api/use-operation.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { connectorOf, useAddress } from '../../parts/use-address.ts';
import { ConnectorPicker, type PickedConnector } from './connector-picker.tsx';
import { EventStory } from './event-story.tsx';

/** Finds the event that the address names, and tells what came of it. */
export function ExplainEvent() {
  const address = useAddress();
  const { kind, name } = connectorOf(address);
  const connector = kind && name !== undefined ? { kind, name } : undefined;
  const event_id = address.of('event');
  const asked = connector && event_id !== undefined ? { ...connector, event_id } : undefined;
  return (
    <Stack>
      <FindEvent
        key={JSON.stringify([connector, event_id])}
        connector={connector}
        eventId={event_id}
        onFind={({ event_id, ...of }) => address.set({ ...of, event: event_id })}
      />
      {asked ? (
        <Found of={asked} />
      ) : (
        <Empty title="Which event?">
          Live shows ids, and so do the turns of a session, the answer to a webhook and the log of the gateway.
        </Empty>
      )}
    </Stack>
  );
}

function FindEvent({
  connector: given,
  eventId,
  onFind,
}: {
  connector: PickedConnector | undefined;
  eventId: string | undefined;
  onFind: (event: EventRef) => void;
}) {
  const [connector, setConnector] = useState(given);
  const [id, setId] = useState(eventId ?? '');
  const isWhole = connector !== undefined && id.trim() !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole) onFind({ ...connector, event_id: id.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <ConnectorPicker value={connector} onPick={setConnector} w={240} />
        <TextInput
          label="Event id"
          value={id}
          onChange={({ currentTarget }) => setId(currentTarget.value)}
          style={{ flex: '1 1 220px' }}
        />
        <Button type="submit" disabled={!isWhole}>
          Find
        </Button>
      </Group>
    </form>
  );
}

function Found({ of }: { of: EventRef }) {
  const { data, error, refetch } = useOperation('getEvent', { params: of }, { everyMs: 5_000 });
  if (!data) return <Loading error={error} retry={() => void refetch()} />;
  return <EventStory of={of} found={data.body} />;
}
