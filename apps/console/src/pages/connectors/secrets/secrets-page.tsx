import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { routes } from '@trunkline/control-api';
import { useState } from 'react';
import { Link } from 'wouter';
import { useSession } from '../../../api/session.ts';
import { useChange, useList } from '../../../api/use-operation.ts';
import { ConfirmButton } from '../../../parts/confirm-button.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Rows, type Column } from '../../../parts/rows.tsx';
import { When } from '../../../parts/when.tsx';
import { RotateButton } from './rotate-button.tsx';
import { SetButton } from './set-button.tsx';

type Secret = ReturnType<(typeof routes)['listSecrets']['answer']['parse']>['items'][number];

/** What is in the secret store, without the values. */
export function SecretsPage() {
  const { may } = useSession();
  const [prefix, setPrefix] = useState('');
  const [asked] = useDebouncedValue(prefix.trim(), 300);
  const list = useList('listSecrets', { query: asked === '' ? {} : { prefix: asked } });
  return (
    <>
      <PageHeader title="Secrets" about="Values go in and never come out; connectors name them by their reference.">
        <Button component={Link} href="/connectors" variant="default">
          Connectors
        </Button>
        {may('admin') && <SetButton />}
      </PageHeader>
      <Group mb="md">
        <TextInput
          label="Reference begins with"
          placeholder="connectors.http."
          value={prefix}
          onChange={(event) => setPrefix(event.currentTarget.value)}
        />
      </Group>
      <Rows
        list={list}
        columns={may('admin') ? [...columns, actions] : columns}
        keyOf={({ reference }) => reference}
        label="Secrets"
        empty="No secret has such a reference. A secret that you type into the form of a connector is stored here, too."
      />
    </>
  );
}

const columns: Column<Secret>[] = [
  {
    label: 'Reference',
    cell: ({ reference }) => (
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {reference}
      </Text>
    ),
  },
  { label: 'Version', width: 90, cell: ({ version }) => version },
  { label: 'Updated', width: 120, cell: ({ updated_at: at }) => <When at={at} /> },
  { label: 'Last used', width: 120, cell: ({ last_used_at: at }) => <When at={at} /> },
  {
    label: 'Replaced, in grace',
    width: 150,
    cell: ({ versions }) =>
      versions.length > 1
        ? versions
            .slice(1)
            .map(({ version }) => version)
            .join(', ')
        : '–',
  },
];

const actions: Column<Secret> = {
  label: 'Actions',
  width: 190,
  cell: ({ reference }) => (
    <Group gap={6} wrap="nowrap">
      <RotateButton field={reference} reference={reference} />
      <Delete reference={reference} />
    </Group>
  ),
};

function Delete({ reference }: { reference: string }) {
  const remove = useChange('deleteSecret', ['listSecrets', 'getConnector', 'listConnectors']);
  const onConfirm = async () => {
    await remove.mutateAsync({ params: { reference } });
    notifications.show({ color: 'green', message: `${reference} is deleted.` });
  };
  return (
    <ConfirmButton label="Delete" color="red" variant="outline" size="compact-sm" change={remove} onConfirm={onConfirm}>
      {reference} and its replaced versions are gone for good. It is refused while a connector names it.
    </ConfirmButton>
  );
}
