import { Text } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import { useSession } from '../../../api/session.ts';
import { Panel } from '../../../parts/panel.tsx';
import { RowsTable, type Column } from '../../../parts/rows.tsx';
import { When } from '../../../parts/when.tsx';
import { sourceOf } from '../form/secret-input.tsx';
import { RotateButton } from '../secrets/rotate-button.tsx';

type FieldSecret = [field: string, secret: ConnectorView['secrets'][string]];

/** Where the secrets of a connector come from. No value is ever here. */
export function SecretsPanel({ view }: { view: ConnectorView }) {
  const { may } = useSession();
  const secrets = Object.entries(view.secrets);
  if (secrets.length === 0) return undefined;
  return (
    <Panel title="Secrets">
      <RowsTable
        items={secrets}
        columns={may('admin') ? [...columns, actions] : columns}
        keyOf={([field]) => field}
        label="Secrets"
      />
    </Panel>
  );
}

const columns: Column<FieldSecret>[] = [
  { label: 'Field', cell: ([field]) => <Text size="sm">{field}</Text> },
  {
    label: 'Comes from',
    cell: ([, secret]) => (
      <Text size="sm" c={secret.configured ? undefined : 'dimmed'} style={{ overflowWrap: 'anywhere' }}>
        {sourceOf(secret)}
      </Text>
    ),
  },
  {
    label: 'Updated',
    width: 120,
    cell: ([, { version, updated_at: at }]) => (version === undefined ? '–' : <When at={at} />),
  },
  {
    label: 'Last used',
    width: 120,
    cell: ([, { version, last_used_at: at }]) => (version === undefined ? '–' : <When at={at} />),
  },
];

const actions: Column<FieldSecret> = {
  label: 'Actions',
  width: 100,
  cell: ([field, { secret_ref: reference }]) =>
    reference === undefined ? '–' : <RotateButton field={field} reference={reference} />,
};
