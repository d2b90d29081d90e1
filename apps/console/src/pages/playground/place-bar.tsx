import { Button, Group, Select } from '@mantine/core';
import { MessageSquarePlus } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/use-operation.ts';
import { randomKey } from '../../parts/random-key.ts';
import { useAddress } from '../../parts/use-address.ts';

/** Which conversation is shown. It stands in the address: a reload or a link comes back to it. */
export interface Place {
  session: string;
  go(next: { connector: string; session: string }): void;
}

const prefix = 'playground:';

/** A session of its own: its events go into no other conversation of the connector. */
const newSession = () => prefix + randomKey().slice(0, 10);

/** The place that the address names; a new conversation where it names none. */
export function usePlace(): Place {
  const { of, set } = useAddress();
  const [fresh] = useState(newSession);
  return {
    session: of('session') ?? fresh,
    go: ({ connector, session }) => set({ name: connector, session }),
  };
}

/** Picks the connector and the conversation. */
export function PlaceBar({
  connectors,
  connector,
  place: { session, go },
}: {
  connectors: readonly string[];
  connector: string;
  place: Place;
}) {
  const { items } = useList(
    'listSessions',
    { query: { kind: 'http', name: connector, limit: 50 } },
    { everyMs: 10_000 },
  );
  const earlier = items.map(({ session_id }) => session_id).filter((id) => id.startsWith(prefix));
  const all = earlier.includes(session) ? earlier : [session, ...earlier];
  return (
    <Group mb="xs" align="flex-end">
      <Select
        label="Connector"
        data={connectors.map((name) => ({ value: name, label: `http/${name}` }))}
        value={connector}
        allowDeselect={false}
        onChange={(name) => name !== null && go({ connector: name, session: newSession() })}
        style={{ flex: '1 1 150px', maxWidth: 220 }}
      />
      <Select
        label="Conversation"
        data={all.map((id) => ({ value: id, label: id }))}
        value={session}
        allowDeselect={false}
        onChange={(id) => id !== null && go({ connector, session: id })}
        style={{ flex: '1 1 150px', maxWidth: 260 }}
      />
      <Button
        variant="default"
        leftSection={<MessageSquarePlus size={16} aria-hidden />}
        onClick={() => go({ connector, session: newSession() })}
      >
        New conversation
      </Button>
    </Group>
  );
}
