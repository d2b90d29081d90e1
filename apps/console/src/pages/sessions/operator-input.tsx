import { Button, Group, Paper, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { SessionView, StoredEvent } from '@trunkline/control-api';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { useSession } from '../../api/session.ts';
import { useChange } from '../../api/use-operation.ts';
import { Problem } from '../../parts/problem.tsx';
import { randomKey } from '../../parts/random-key.ts';
import { targetName } from '../../parts/target-name.ts';

/** Says something in a session under one's own name. The same draft is sent once, however often it is tried. */
export function OperatorInput({ session }: { session: SessionView }) {
  const { name } = useSession();
  const [draft, setDraft] = useState({ text: '', key: '' });
  const change = useChange('addInput', ['listTurns']);
  const { session_id, reply_targets } = session;
  const send = () => {
    const content = draft.text.trim();
    if (content === '' || change.isPending) return;
    change.mutate(
      { params: { session_id }, body: { content, idempotency_key: draft.key } },
      {
        onSuccess({ body }) {
          setDraft({ text: '', key: '' });
          notifications.show(told(body));
        },
      },
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
  };
  const targets = reply_targets.map(targetName).join(', ');
  const where =
    targets === ''
      ? 'stays here: the session has no default reply targets'
      : `goes to the default reply targets (${targets})`;
  return (
    <Paper withBorder p="sm" component="section" aria-label="Operator input">
      <form onSubmit={submit}>
        <Stack gap="xs">
          <Textarea
            label={`Say something in the session as ${name}`}
            description={`It becomes a turn as any event does, and consumers answer it. The answer ${where}.`}
            value={draft.text}
            onChange={({ currentTarget }) => setDraft({ text: currentTarget.value, key: randomKey() })}
            onKeyDown={onKeyDown}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={40_000}
          />
          {Boolean(change.error) && <Problem error={change.error} />}
          <Group justify="space-between">
            <Text size="xs" c="dimmed">
              Ctrl+Enter sends it.
            </Text>
            <Button type="submit" loading={change.isPending} disabled={draft.text.trim() === ''}>
              Send
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function told({ status, reason }: StoredEvent) {
  switch (status) {
    case 'accepted':
      return { message: 'It is a turn of the session now.', color: 'green' };
    case 'pending':
      return { message: 'It is stored. No router has judged it yet; it appears here once one has.', color: 'blue' };
    case 'rejected':
      return { title: 'A router rejected it', message: reason?.detail ?? '', color: 'red' };
  }
}
