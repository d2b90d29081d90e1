import { DataList } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of something, as names and values; those without a value are left out. */
export function Facts({
  facts,
  labelWidth = 110,
}: {
  facts: Readonly<Record<string, ReactNode>>;
  labelWidth?: number | string;
}) {
  return (
    <DataList gap="xs" labelWidth={labelWidth}>
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined && value !== false && value !== '')
        .map(([label, value]) => (
          <DataList.Item key={label}>
            <DataList.ItemLabel c="dimmed" maw={labelWidth} style={{ overflowWrap: 'anywhere' }}>
              {label}
            </DataList.ItemLabel>
            <DataList.ItemValue style={{ overflowWrap: 'anywhere', minWidth: 0 }}>{value}</DataList.ItemValue>
          </DataList.Item>
        ))}
    </DataList>
  );
}
