import { Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { DeliveryView } from '@trunkline/control-api';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { useChange } from '../../api/use-operation.ts';
import { paths } from '../../parts/paths.ts';
import { Problem } from '../../parts/problem.tsx';
import { saidIn } from '../../parts/said.ts';
import { deliveryReads } from './views.ts';

/** Says something else in place of a delivery that did not arrive; opens the new one. */
export function CorrectDelivery({ delivery }: { delivery: DeliveryView }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Correct
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Correct and send" size="lg">
        <CorrectionForm delivery={delivery} close={dialog.close} />
      </Modal>
    </>
  );
}

function CorrectionForm({ delivery: { delivery_id, output }, close }: { delivery: DeliveryView; close: () => void }) {
  const [, goTo] = useLocation();
  const [content, setContent] = useState(() => saidIn(output).text);
  const [isPlain, setIsPlain] = useState(() => saidIn(output).format === 'plain');
  const change = useChange('correctDelivery', deliveryReads);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const format = isPlain ? 'plain' : 'markdown';
    // By its promise: the form is gone once the page has read that the delivery is resolved.
    change.mutateAsync({ params: { delivery_id }, body: { content, format } }).then(
      ({ body }) => {
        notifications.show({
          message: 'The corrected text is on its way, and the dead delivery is resolved.',
          color: 'green',
        });
        goTo(paths.delivery(body.delivery_id));
      },
      () => undefined,
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          This text goes to the same target in place of the old one, with the same files and buttons, as a new output of
          the session. The dead delivery is resolved with it.
        </Text>
        <Textarea
          label="Text"
          value={content}
          onChange={({ currentTarget }) => setContent(currentTarget.value)}
          autosize
          minRows={5}
          maxRows={18}
          maxLength={100_000}
          data-autofocus
        />
        <Checkbox
          label="Plain text: it holds no markdown"
          checked={isPlain}
          onChange={({ currentTarget }) => setIsPlain(currentTarget.checked)}
        />
        {Boolean(change.error) && <Problem error={change.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending} disabled={content.trim() === ''}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
