import { Drawer, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { JsonView } from './json-view.tsx';

/** A document beside the page, as long as `value` is there; `children` stand above it. */
export function JsonDrawer({
  title,
  value,
  onClose,
  children,
}: {
  title: string;
  value: unknown;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <Drawer
      opened={value !== undefined}
      onClose={onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        {children}
        {value !== undefined && <JsonView value={value} label={title} maxHeight={10_000} />}
      </Stack>
    </Drawer>
  );
}
