import { Table, Text, VisuallyHidden } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import { useSession } from '../../../api/session.ts';
import tableClasses from '../../../parts/rows.module.css';
import { When } from '../../../parts/when.tsx';
import { sourceOf } from '../form/secret-input.tsx';
import { RotateButton } from '../secrets/rotate-button.tsx';
import { Card } from './card.tsx';

/** Where the secrets of a connector come from. No value is ever here. */
export function SecretsCard({ view }: { view: ConnectorView }) {
  const { may } = useSession();
  const secrets = Object.entries(view.secrets);
  if (secrets.length === 0) return undefined;
  return (
    <Card title="Secrets">
      <Table className={tableClasses.table} aria-label="Secrets" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {['Field', 'Comes from', 'Updated', 'Last used'].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {secrets.map(([field, secret]) => (
            <Table.Tr key={field}>
              <Table.Td data-label="Field">{field}</Table.Td>
              <Table.Td data-label="Comes from" style={{ overflowWrap: 'anywhere' }}>
                <Text size="sm" c={secret.configured ? undefined : 'dimmed'}>
                  {sourceOf(secret)}
                </Text>
              </Table.Td>
              <Table.Td data-label="Updated">
                {secret.version === undefined ? '–' : <When at={secret.updated_at} />}
              </Table.Td>
              <Table.Td data-label="Last used">
                {secret.version === undefined ? '–' : <When at={secret.last_used_at} />}
              </Table.Td>
              <Table.Td data-label="">
                {may('admin') && secret.secret_ref !== undefined && (
                  <RotateButton field={field} reference={secret.secret_ref} />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
