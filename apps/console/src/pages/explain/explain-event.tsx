import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useOperation } from '../../api/use-operation.ts';
import { ConnectorPicker, connectorOf } from '../../parts/connector-picker.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useAddressField } from '../../parts/use-address-field.ts';
import { EventStory, type EventRef } from './event-story.tsx';

/** Finds an event by its id, which stands in the address as `kind/name/id`, and tells what came of it. */
export function ExplainEvent() {
  const [event, setEvent] = useAddressField('event');
  const asked = eventRef(event);
  return (
    <Stack>
      <FindEvent key={event} asked={asked} onFind={setEvent} />
      {asked ? (
        <Found of={asked} />
      ) : (
        <Empty title="Which event?">
          Ids stand in Live, in the turns of a session, in the answer to a webhook and in the log of the gateway.
        </Empty>
      )}
    </Stack>
  );
}

/** Ids may hold slashes; kinds and names never do. */
function eventRef(text: string): EventRef | undefined {
  const [, kind, name, event_id] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  if (kind === undefined || name === undefined || event_id === undefined) return undefined;
  // Which kinds there are is the API's to say.
  return { kind: kind as EventRef['kind'], name, event_id };
}

function FindEvent({ asked, onFind }: { asked: EventRef | undefined; onFind: (event: string) => void }) {
  const [connector, setConnector] = useState(asked ? `${asked.kind}/${asked.name}` : '');
  const [id, setId] = useState(asked?.event_id ?? '');
  const whole = connectorOf(connector).name !== undefined && id.trim() !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole) onFind(`${connector}/${id.trim()}`);
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
        <Button type="submit" disabled={!whole}>
          Find
        </Button>
      </Group>
    </form>
  );
}

function Found({ of }: { of: EventRef }) {
  const { data, error, refetch } = useOperation('getEvent', { params: of }, { everyMs: 5_000 });
  if (error && !data) return <Problem error={error} retry={() => void refetch()} />;
  return data ? <EventStory of={of} found={data.body} /> : null;
}
