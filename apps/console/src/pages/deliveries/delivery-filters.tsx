import { Group, MultiSelect, Switch } from '@mantine/core';
import { ConnectorFilter, TextFilter, TimeFilter } from '../../parts/filter-fields.tsx';
import { connectorOf, timesOf, useFilters, type Filters } from '../../parts/use-filters.ts';
import type { DeliveriesView } from './views.ts';

/** What the address asks for, as the API has it. */
export function deliveryQuery(filters: Filters, { states, unresolvedOnly }: DeliveriesView) {
  const chosen = filters.manyOf('state', states);
  return {
    ...connectorOf(filters),
    ...timesOf(filters),
    session_id: filters.of('session'),
    turn_id: filters.of('turn'),
    target_id: filters.of('target'),
    state: [...(chosen.length > 0 ? chosen : states)],
    ...(isUnresolvedOnly(filters, unresolvedOnly) && { unresolved: 'true' as const }),
  };
}

const isUnresolvedOnly = ({ oneOf }: Filters, otherwise: boolean): boolean =>
  otherwise ? oneOf('resolved', ['true']) === undefined : oneOf('unresolved', ['true']) !== undefined;

/** The filters of a list of deliveries. */
export function DeliveryFilters({ view }: { view: DeliveriesView }) {
  const filters = useFilters();
  const { states, unresolvedOnly } = view;
  const field = unresolvedOnly ? 'resolved' : 'unresolved';
  return (
    <Group mb="md" align="flex-end">
      <MultiSelect
        label="State"
        placeholder={filters.manyOf('state', states).length === 0 ? 'any' : undefined}
        data={[...states]}
        value={filters.manyOf('state', states)}
        onChange={(state) => filters.set({ state })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear State' }}
        miw={160}
      />
      <ConnectorFilter />
      <TextFilter name="session" label="Session" placeholder="its id" w={160} />
      <TextFilter name="target" label="Target" placeholder="its id" w={160} />
      <TimeFilter name="since" label="Since" />
      <TimeFilter name="before" label="Before" />
      <Switch
        label={unresolvedOnly ? 'With resolved ones' : 'Unresolved only'}
        checked={filters.oneOf(field, ['true']) !== undefined}
        onChange={({ currentTarget }) => filters.set({ [field]: currentTarget.checked ? 'true' : undefined })}
        pb={8}
      />
    </Group>
  );
}
