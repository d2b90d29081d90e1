import { Button, Center, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from './empty.tsx';
import { Loading } from './loading.tsx';
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

interface RowsParts<T> {
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  label: string;
}

/**
 * A list as a table, on a phone as cards. `label` names it for screen readers, `empty` stands there when there is nothing, `keyOf` gives
 * each row its own key.
 */
export function Rows<T>({ list, empty, ...parts }: RowsParts<T> & { list: ListState<T>; empty: ReactNode }) {
  const { items, error } = list;
  const retry = () => void list.refetch();
  if (list.isPending || (error && items.length === 0)) return <Loading error={error} retry={retry} />;
  if (items.length === 0) return <Empty title="Nothing here">{empty}</Empty>;
  return (
    <>
      {Boolean(error) && <Problem error={error} retry={retry} />}
      <RowsTable items={items} {...parts} />
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

/** The table alone, of what is there already. */
export function RowsTable<T>({ items, columns, keyOf, label }: RowsParts<T> & { items: readonly T[] }) {
  return (
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
        {items.map((row) => (
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
  );
}
