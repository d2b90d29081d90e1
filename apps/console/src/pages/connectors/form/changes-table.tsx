import { Table, Text } from '@mantine/core';
import type { ConnectorWritten } from '@trunkline/control-api';
import { isTable } from './draft.ts';

/** Field by field: what it was, what it becomes. */
export function ChangesTable({ changes }: Pick<ConnectorWritten, 'changes'>) {
  return (
    <Table aria-label="Changes" layout="fixed" verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Field</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>To</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ field, from, to }) => (
          <Table.Tr key={field}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{field}</Table.Td>
            <Value of={from} />
            <Value of={to} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Value({ of }: { of: unknown }) {
  return (
    <Table.Td style={{ overflowWrap: 'anywhere' }}>
      <Text size="sm" ff={typeof of === 'object' ? 'text' : 'monospace'}>
        {changedValue(of)}
      </Text>
    </Table.Td>
  );
}

function changedValue(value: unknown): string {
  if (value === undefined) return '–';
  if (isTable(value) && 'source' in value) return sourceInWords(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A secret: where it comes from, and whether there is a new value. */
function sourceInWords({
  source,
  secret_ref: reference,
  env,
  new_value: isNew,
}: Readonly<Record<string, unknown>>): string {
  const from =
    source === 'env' ? `variable ${String(env)}` : source === 'inline' ? 'in the file' : `secret ${String(reference)}`;
  return isNew ? `${from}, new value` : from;
}
