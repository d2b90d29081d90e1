import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { routes } from '@trunkline/control-api';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useSession } from '../../../api/session.ts';
import { useList } from '../../../api/use-operation.ts';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Rows } from '../../../parts/rows.tsx';
import { kinds } from '../kinds.ts';
import { columns } from './columns.tsx';

const filters = routes.listConnectors.query;

/** All connectors and how they are, by filters that are part of the address. */
export function ListPage() {
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const given = Object.fromEntries(search);
  // An address that somebody has typed may say anything.
  const { data: query = {} } = filters.partial().safeParse(given);
  const list = useList('listConnectors', { query }, { everyMs: 5_000 });
  const filter = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const { [name]: _, ...others } = Object.fromEntries(before);
        return value ? { ...others, [name]: value } : others;
      },
      { replace: true },
    );
  return (
    <>
      <PageHeader title="Connectors" about="Of the connectors file and of the control plane.">
        <Button component={Link} href="/connectors/secrets" variant="default">
          Secrets
        </Button>
        {may('admin') && (
          <Button component={Link} href="/connectors/new">
            New connector
          </Button>
        )}
      </PageHeader>
      <Filters given={given} onChange={filter} />
      <Rows
        list={list}
        columns={columns}
        keyOf={({ kind, name }) => `${kind}/${name}`}
        label="Connectors"
        empty={
          Object.keys(given).length > 0
            ? 'No connector fits these filters.'
            : 'Make the first one here, or write it into the connectors file.'
        }
      />
    </>
  );
}

const choices = [
  { name: 'kind', label: 'Kind', data: [...kinds] },
  { name: 'state', label: 'State', data: [...routes.listConnectors.query.shape.state.unwrap().options] },
  { name: 'source', label: 'Source', data: [...routes.listConnectors.query.shape.source.unwrap().options] },
];

interface FilterProps {
  given: Readonly<Record<string, string>>;
  onChange: (name: string, value: string | null) => void;
}

function Filters({ given, onChange }: FilterProps) {
  return (
    <Group mb="md" align="flex-end">
      <NameFilter value={given['q'] ?? ''} onChange={(value) => onChange('q', value)} />
      {choices.map(({ name, label, data }) => (
        <Select
          key={name}
          label={label}
          placeholder="all"
          w={140}
          data={data}
          value={given[name] ?? null}
          onChange={(value) => onChange(name, value)}
          clearable
          clearButtonProps={{ 'aria-label': `All of ${label.toLowerCase()}` }}
        />
      ))}
    </Group>
  );
}

function NameFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [settled] = useDebouncedValue(typed.trim(), 300);
  useEffect(() => {
    if (settled !== value) onChange(settled);
    // What is typed leads, not the address.
  }, [settled]);
  return (
    <TextInput
      label="Name"
      placeholder="part of it"
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
