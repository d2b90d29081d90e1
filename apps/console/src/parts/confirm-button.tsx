import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

/**
 * A button that asks first. `onConfirm` does it; the dialog stays open with the problem when that throws. `children` say in the dialog what
 * will happen; `ready={false}` while they ask for something that is not filled in yet.
 */
export function ConfirmButton({
  label,
  children,
  change,
  onConfirm,
  ready,
  ...button
}: {
  label: string;
  children: ReactNode;
  change: { isPending: boolean; error: unknown; reset(): void };
  onConfirm: () => Promise<unknown>;
  ready?: boolean;
} & Pick<ButtonProps, 'color' | 'variant' | 'size' | 'disabled'>) {
  const [open, dialog] = useDisclosure(false);
  const begin = () => {
    change.reset();
    dialog.open();
  };
  const confirm = () =>
    void onConfirm().then(
      () => dialog.close(),
      () => undefined,
    );
  return (
    <>
      <Button variant="default" {...button} onClick={begin}>
        {label}
      </Button>
      <Modal opened={open} onClose={dialog.close} title={label}>
        <Stack>
          <Text component="div" size="sm">
            {children}
          </Text>
          {Boolean(change.error) && <Problem error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button
              color={button.color ?? 'blue'}
              loading={change.isPending}
              disabled={ready === false}
              onClick={confirm}
              data-autofocus={ready === undefined || undefined}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
