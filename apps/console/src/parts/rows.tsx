import { Button, Center, Loader, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from './empty.tsx';
import { Problem } from './problem.tsx';
import classes from './rows.module.css';

export interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  /** Of the table only; on a phone each row is a card with all of them. */
  width?: number | string;
}

/** What `useList` gives, as far as a table needs it. */
export interface ListState<T> {
  items: readonly T[];
  isPending: boolean;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

/**
 * A list as a table, on a phone as cards. `label` names it for screen readers, `empty` stands there when there is nothing, `keyOf` gives
 * each row its own key.
 */
export function Rows<T>({
  list,
  columns,
  keyOf,
  label,
  empty,
}: {
  list: ListState<T>;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  label: string;
  empty: ReactNode;
}) {
  if (list.isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (list.error && list.items.length === 0) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (list.items.length === 0) return <Empty title="Nothing here">{empty}</Empty>;
  return (
    <>
      {Boolean(list.error) && <Problem error={list.error} retry={() => void list.refetch()} />}
      <Table className={classes.table} highlightOnHover verticalSpacing="xs" aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ label, width }) => (
              <Table.Th key={label} w={width}>
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.items.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ label, cell }) => (
                <Table.Td key={label} data-label={label}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {list.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </Center>
      )}
    </>
  );
}
