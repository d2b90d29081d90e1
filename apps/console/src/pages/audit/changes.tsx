import { List, Text } from '@mantine/core';
import type { AuditRecord } from '@trunkline/control-api';

/** What is different since a change. */
export function Changes({ changes }: Pick<AuditRecord, 'changes'>) {
  if (changes.length === 0) return <Text size="sm">–</Text>;
  return (
    <List size="xs" listStyleType="none" style={{ overflowWrap: 'anywhere' }}>
      {changes.map(({ field, from, to }) => (
        <List.Item key={field}>
          {field}
          {from === undefined ? to !== undefined && `: ${shown(to)}` : `: ${shown(from)} → ${shown(to)}`}
        </List.Item>
      ))}
    </List>
  );
}

const shown = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value));
