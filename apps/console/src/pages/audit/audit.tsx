import { Code, Group, Text, UnstyledButton } from '@mantine/core';
import type { AuditRecord } from '@trunkline/control-api';
import { useState } from 'react';
import { useList } from '../../api/use-operation.ts';
import { ConnectorFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { JsonDrawer } from '../../parts/json-drawer.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Rows, type Column } from '../../parts/rows.tsx';
import { connectorOf, useAddress } from '../../parts/use-address.ts';
import { When } from '../../parts/when.tsx';
import { Changes } from './changes.tsx';
import { Target } from './target.tsx';

/** Who changed what. */
export function Audit() {
  const address = useAddress();
  const [open, setOpen] = useState<AuditRecord>();
  const list = useList('listAudit', {
    query: { operation: address.of('operation'), by: address.of('by'), ...connectorOf(address) },
  });
  return (
    <>
      <PageHeader title="Audit" about="Every change of the last 30 days, newest first. Secrets are not in it." />
      <Group mb="md" align="flex-end">
        <TextFilter name="operation" label="Operation" placeholder="putConnector" w={160} />
        <TextFilter name="by" label="Who" placeholder="name of a token" w={160} />
        <ConnectorFilter />
      </Group>
      <Rows
        list={list}
        columns={columnsWith(setOpen)}
        keyOf={({ audit_id }) => audit_id}
        label="Changes"
        empty="No change is kept that fits these filters."
      />
      <JsonDrawer
        title={open ? `${open.operation}, as recorded` : ''}
        value={open}
        onClose={() => setOpen(undefined)}
      />
    </>
  );
}

const columnsWith = (onOpen: (record: AuditRecord) => void): Column<AuditRecord>[] => [
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
  {
    label: 'Operation',
    width: 200,
    cell: (record) => (
      <UnstyledButton onClick={() => onOpen(record)} title="Show all of it">
        <Code>{record.operation}</Code>
      </UnstyledButton>
    ),
  },
  { label: 'What', cell: ({ target }) => <Target target={target} /> },
  { label: 'Changes', cell: ({ changes }) => <Changes changes={changes} /> },
];
