import { Code, Group, List, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { AuditRecord } from '@trunkline/control-api';
import { useState } from 'react';
import { useList } from '../../api/use-operation.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { Rows, type Column } from '../../parts/rows.tsx';
import { When } from '../../parts/when.tsx';

/** Who changed what. */
export function Audit() {
  const [operation, setOperation] = useState('');
  const [by, setBy] = useState('');
  const [filters] = useDebouncedValue({ operation: operation.trim(), by: by.trim() }, 300);
  const list = useList('listAudit', {
    query: { ...(filters.operation && { operation: filters.operation }), ...(filters.by && { by: filters.by }) },
  });
  return (
    <>
      <PageHeader title="Audit" about="Every change of the last 30 days, newest first. Secrets are not in it." />
      <Group mb="md">
        <TextInput
          label="Operation"
          placeholder="putConnector"
          value={operation}
          onChange={(event) => setOperation(event.currentTarget.value)}
        />
        <TextInput
          label="By"
          placeholder="name of a token"
          value={by}
          onChange={(event) => setBy(event.currentTarget.value)}
        />
      </Group>
      <Rows
        list={list}
        columns={columns}
        keyOf={({ audit_id }) => audit_id}
        label="Changes"
        empty="No change is kept that fits these filters."
      />
    </>
  );
}

const columns: Column<AuditRecord>[] = [
  { label: 'When', width: 120, cell: ({ at }) => <When at={at} /> },
  {
    label: 'Who',
    width: 180,
    cell: ({ by, address }) => (
      <div>
        <Text size="sm">{by.name}</Text>
        <Text size="xs" c="dimmed">
          {by.role}
          {address !== undefined && `, ${address}`}
        </Text>
      </div>
    ),
  },
  { label: 'Operation', width: 180, cell: ({ operation }) => <Code>{operation}</Code> },
  { label: 'Of', cell: ({ target }) => <Text size="sm">{Object.values(target).join(' / ') || '–'}</Text> },
  { label: 'Changes', cell: ({ changes }) => <Changes changes={changes} /> },
];

function Changes({ changes }: Pick<AuditRecord, 'changes'>) {
  if (changes.length === 0) return <Text size="sm">–</Text>;
  return (
    <List size="xs" listStyleType="none">
      {changes.map(({ field, from, to }) => (
        <List.Item key={field}>
          {field}
          {(from !== undefined || to !== undefined) && `: ${shown(from)} → ${shown(to)}`}
        </List.Item>
      ))}
    </List>
  );
}

const shown = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value));
