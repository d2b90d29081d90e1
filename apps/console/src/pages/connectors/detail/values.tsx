import { Table, Text } from '@mantine/core';
import { isTable } from '../form/draft.ts';

/** Tables of tables as one list, each value by its dotted name. */
export function flatten(table: Readonly<Record<string, unknown>>, prefix = ''): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] =>
    isTable(value) && Object.keys(value).length > 0 ? flatten(value, `${prefix}${key}.`) : [[prefix + key, value]],
  );
}

/** Names and their values. */
export function Values({ label, rows }: { label: string; rows: readonly [string, unknown][] }) {
  return (
    <Table aria-label={label} layout="fixed" verticalSpacing={4} withRowBorders>
      <Table.Tbody>
        {rows.map(([key, value]) => (
          <Table.Tr key={key}>
            <Table.Th w="40%" fw={400} style={{ overflowWrap: 'anywhere' }}>
              {key}
            </Table.Th>
            <Table.Td>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {inWords(value)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ') || 'none';
  if (isTable(value) && Object.keys(value).length === 0) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
