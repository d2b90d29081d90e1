import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { ControlRefusedError, type SessionView } from '@trunkline/control-api';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Problem } from '../../parts/problem.tsx';

/** A session and the version of it that is shown. */
export interface Editable {
  session: SessionView;
  etag: string | undefined;
}

/**
 * A form for one field of a session. It is saved only while the session is as it was when the form was opened; when it is not, that is
 * said, the form keeps its input, and saving again counts for the session as it is by then. `begin` fills the form.
 */
export function EditDialog({
  label,
  etag,
  change,
  begin,
  save,
  children,
}: {
  label: string;
  etag: string | undefined;
  change: { isPending: boolean; error: unknown; reset(): void };
  begin: () => void;
  save: (ifMatch: { ifMatch?: string }) => Promise<unknown>;
  children: ReactNode;
}) {
  const [isOpen, dialog] = useDisclosure(false);
  const [opened, setOpened] = useState<string>();
  const open = () => {
    begin();
    change.reset();
    setOpened(etag);
    dialog.open();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const version = opened ?? etag;
    save(version === undefined ? {} : { ifMatch: version }).then(
      () => {
        notifications.show({ message: `${label}: saved. It counts from the next turn on.`, color: 'green' });
        dialog.close();
      },
      (error: unknown) => {
        if (error instanceof ControlRefusedError && error.problem.status === 412) setOpened(undefined);
      },
    );
  };
  return (
    <>
      <Button size="compact-xs" variant="subtle" onClick={open} aria-label={`Edit: ${label}`}>
        Edit
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={label}>
        <form onSubmit={submit}>
          <Stack>
            {children}
            {Boolean(change.error) && <Problem error={change.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={dialog.close}>
                Cancel
              </Button>
              <Button type="submit" loading={change.isPending}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
