import { Button, Group, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { DeliveryView } from '@trunkline/control-api';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { useChange } from '../../api/use-operation.ts';
import { addressOf } from '../../parts/links.tsx';
import { Problem } from '../../parts/problem.tsx';
import { saidIn } from '../../parts/said.ts';
import { deliveryReads } from './views.ts';

const formats = ['markdown', 'plain'] as const;

/** Says something else in place of a delivery that did not arrive; opens the new one. */
export function CorrectDelivery({ delivery: { delivery_id, output } }: { delivery: DeliveryView }) {
  const [isOpen, dialog] = useDisclosure(false);
  const [, goTo] = useLocation();
  const [content, setContent] = useState('');
  const [format, setFormat] = useState<(typeof formats)[number]>('markdown');
  const change = useChange('correctDelivery', deliveryReads);
  const open = () => {
    const said = saidIn(output);
    setContent(said.text);
    setFormat(said.format === 'plain' ? 'plain' : 'markdown');
    change.reset();
    dialog.open();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { params: { delivery_id }, body: { content, format } },
      {
        onSuccess({ body }) {
          notifications.show({ message: 'Said instead. The dead one is resolved with it.', color: 'green' });
          goTo(addressOf.delivery(body.delivery_id));
        },
      },
    );
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        Correct
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Correct and send" size="lg">
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">
              This text goes to the same target in place of the old one, with the same files and buttons, as a new
              output of the session. The dead delivery is resolved with it.
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
            <SegmentedControl
              aria-label="What the text is written in"
              data={[...formats]}
              value={format}
              onChange={(value) => setFormat(value === 'plain' ? 'plain' : 'markdown')}
            />
            {Boolean(change.error) && <Problem error={change.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={dialog.close}>
                Cancel
              </Button>
              <Button type="submit" loading={change.isPending} disabled={content.trim() === ''}>
                Send
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
