import { Chip, Group, Stack, Text } from '@mantine/core';
import { feedKinds } from '@trunkline/control-api';
import type { FeedQuery } from '../../api/use-feed.ts';
import { AddressText } from '../../parts/address-text.tsx';
import { ConnectorPicker, connectorOf } from '../../parts/connector-picker.tsx';
import { useAddressField } from '../../parts/use-address-field.ts';

/** What the address says is to be shown, as the API takes it. */
export function useLiveQuery(): FeedQuery {
  const [what] = useAddressField('what');
  const [connector] = useAddressField('connector');
  const [session_id] = useAddressField('session');
  const { kind, name } = connectorOf(connector);
  const wanted = feedKinds.filter((each) => what.split(',').includes(each));
  return {
    ...(wanted.length > 0 && { what: wanted }),
    ...(isKind(kind) && { kind }),
    ...(name !== undefined && { name }),
    ...(session_id !== '' && { session_id }),
  };
}

type Kind = NonNullable<NonNullable<FeedQuery>['kind']>;
// A kind that this console does not know is the API's to refuse.
const isKind = (kind: string | undefined): kind is Kind => kind !== undefined;

const filter = { flex: '1 1 150px', maxWidth: 280 };

/** The filters, which stand in the address. */
export function LiveFilters() {
  const [what, setWhat] = useAddressField('what');
  const [connector, setConnector] = useAddressField('connector');
  const chosen = what === '' ? [] : what.split(',');
  return (
    <Stack gap="sm" mb="md">
      <Group gap="xs" role="group" aria-label="What to show">
        <Chip.Group multiple value={chosen} onChange={(next) => setWhat(next.join(','))}>
          {feedKinds.map((kind) => (
            <Chip key={kind} value={kind} size="xs" variant="outline">
              {kind}
            </Chip>
          ))}
        </Chip.Group>
        {chosen.length === 0 && (
          <Text size="xs" c="dimmed">
            everything
          </Text>
        )}
      </Group>
      <Group align="flex-end" gap="sm">
        <ConnectorPicker value={connector} onPick={setConnector} kinds clearable placeholder="all" style={filter} />
        <AddressText field="session" label="Session" placeholder="all" style={filter} />
      </Group>
    </Stack>
  );
}
