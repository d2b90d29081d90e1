import { Code, Group, Text, UnstyledButton } from '@mantine/core';
import type { AuditRecord } from '@trunkline/control-api';
import { useState } from 'react';
import { useList } from '../../api/use-operation.ts';
import { AddressText } from '../../parts/address-text.tsx';
import { ConnectorPicker, connectorOf } from '../../parts/connector-picker.tsx';
import { JsonDrawer } from '../../parts/json-drawer.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Rows, type Column } from '../../parts/rows.tsx';
import { useAddressField } from '../../parts/use-address-field.ts';
import { When } from '../../parts/when.tsx';
import { Changes } from './changes.tsx';
import { Target } from './target.tsx';

/** Who changed what. */
export function Audit() {
  const [operation] = useAddressField('operation');
  const [by] = useAddressField('by');
  const [connector, setConnector] = useAddressField('connector');
  const [open, setOpen] = useState<AuditRecord>();
  const list = useList('listAudit', {
    query: { ...(operation && { operation }), ...(by && { by }), ...connectorOf(connector) },
  });
  return (
    <>
      <PageHeader title="Audit" about="Every change of the last 30 days, newest first. Secrets are not in it." />
      <Group mb="md">
        <AddressText field="operation" label="Operation" placeholder="putConnector" />
        <AddressText field="by" label="By" placeholder="name of a token" />
        <ConnectorPicker value={connector} onPick={setConnector} kinds clearable placeholder="all" />
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
  { label: 'Of', cell: ({ target }) => <Target target={target} /> },
  { label: 'Changes', cell: ({ changes }) => <Changes changes={changes} /> },
];
