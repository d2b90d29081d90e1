import { Button, Group } from '@mantine/core';
import { routes } from '@trunkline/control-api';
import { connectorKinds } from '@trunkline/events';
import { Link } from 'wouter';
import { useSession } from '../../../api/session.ts';
import { useList } from '../../../api/use-operation.ts';
import { ChoiceFilter, TextFilter } from '../../../parts/filter-fields.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Rows } from '../../../parts/rows.tsx';
import { useAddress } from '../../../parts/use-address.ts';
import { columns } from './columns.tsx';

const { state, source } = routes.listConnectors.query.shape;
const states = state.unwrap().options;
const sources = source.unwrap().options;

/** All connectors and how they are, by filters that are part of the address. */
export function ListPage() {
  const { may } = useSession();
  const { of, oneOf } = useAddress();
  const query = {
    q: of('q'),
    kind: oneOf('kind', connectorKinds),
    state: oneOf('state', states),
    source: oneOf('source', sources),
  };
  const list = useList('listConnectors', { query }, { everyMs: 5_000 });
  const isFiltered = Object.values(query).some((value) => value !== undefined);
  return (
    <>
      <PageHeader title="Connectors" about="Those of the connectors file, and those made here or through the API.">
        <Button component={Link} href="/connectors/secrets" variant="default">
          Secrets
        </Button>
        {may('admin') && (
          <Button component={Link} href="/connectors/new">
            New connector
          </Button>
        )}
      </PageHeader>
      <Group mb="md" align="flex-end">
        <TextFilter name="q" label="Name" placeholder="part of it" w={160} />
        <ChoiceFilter name="kind" label="Kind" choices={connectorKinds} />
        <ChoiceFilter name="state" label="State" choices={states} />
        <ChoiceFilter name="source" label="Source" choices={sources} />
      </Group>
      <Rows
        list={list}
        columns={columns}
        keyOf={({ kind, name }) => `${kind}/${name}`}
        label="Connectors"
        empty={
          isFiltered
            ? 'No connector fits these filters.'
            : 'Make the first one here, or write it into the connectors file.'
        }
      />
    </>
  );
}
