import { Group, Switch } from '@mantine/core';
import { ChoicesFilter, ConnectorFilter, TextFilter, TimeFilter } from '../../parts/filter-fields.tsx';
import { connectorOf, timesOf, useAddress, type Address } from '../../parts/use-address.ts';
import type { DeliveriesView } from './views.ts';

/** What the address asks for, as the API has it. */
export function deliveryQuery(address: Address, { states, unresolvedOnly }: DeliveriesView) {
  const chosen = address.manyOf('state', states);
  return {
    ...connectorOf(address),
    ...timesOf(address),
    session_id: address.of('session'),
    turn_id: address.of('turn'),
    target_id: address.of('target'),
    state: [...(chosen.length > 0 ? chosen : states)],
    ...(isUnresolvedOnly(address, unresolvedOnly) && { unresolved: 'true' as const }),
  };
}

const isUnresolvedOnly = ({ oneOf }: Address, otherwise: boolean): boolean =>
  otherwise ? oneOf('resolved', ['true']) === undefined : oneOf('unresolved', ['true']) !== undefined;

/** The filters of a list of deliveries. */
export function DeliveryFilters({ view }: { view: DeliveriesView }) {
  const address = useAddress();
  const { states, unresolvedOnly } = view;
  const field = unresolvedOnly ? 'resolved' : 'unresolved';
  return (
    <Group mb="md" align="flex-end">
      <ChoicesFilter name="state" label="State" choices={states} />
      <ConnectorFilter />
      <TextFilter name="session" label="Session" placeholder="its id" w={160} />
      <TextFilter name="target" label="Target" placeholder="its id" w={160} />
      <TimeFilter name="since" label="Since" />
      <TimeFilter name="before" label="Before" />
      <Switch
        label={unresolvedOnly ? 'With resolved ones' : 'Unresolved only'}
        checked={address.oneOf(field, ['true']) !== undefined}
        onChange={({ currentTarget }) => address.set({ [field]: currentTarget.checked ? 'true' : undefined })}
        pb={8}
      />
    </Group>
  );
}
