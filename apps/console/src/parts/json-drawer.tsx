import { Drawer } from '@mantine/core';
import { JsonView } from './json-view.tsx';

/** A document beside the page, as long as `value` is there. */
export function JsonDrawer({ title, value, onClose }: { title: string; value: unknown; onClose: () => void }) {
  return (
    <Drawer
      opened={value !== undefined}
      onClose={onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {value !== undefined && <JsonView value={value} label={title} maxHeight={10_000} />}
    </Drawer>
  );
}
