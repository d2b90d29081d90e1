import { Code, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import { replyTargetSchema } from '@trunkline/events';
import { useChange } from '../../api/use-operation.ts';
import { EditDialog, type Editable } from './edit-dialog.tsx';

/** Where a session's outputs go that bring no target of their own. */
export function EditTargets({ session, etag }: Editable) {
  const [text, setText] = useState('');
  const [mistake, setMistake] = useState<string>();
  const change = useChange('putReplyTargets', ['getSession', 'getReplyTargets']);
  const save = async (ifMatch: { ifMatch?: string }) => {
    const read = readTargets(text);
    setMistake('mistake' in read ? read.mistake : undefined);
    if ('mistake' in read) throw new Error(read.mistake);
    const params = { session_id: session.session_id };
    await change.mutateAsync({ params, body: { reply_targets: read.targets }, ...ifMatch });
  };
  return (
    <EditDialog
      label="Reply targets"
      etag={etag}
      change={change}
      begin={() => {
        setText(JSON.stringify(session.reply_targets, undefined, 2));
        setMistake(undefined);
      }}
      save={save}
    >
      <Text size="sm">
        Where answers go that bring no target of their own. An empty list: they stay in the session. For example{' '}
        <Code>{'{"type": "slack", "connector": "team", "channel_id": "C012"}'}</Code>
      </Text>
      <Textarea
        label="List of targets (JSON)"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        error={mistake}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        autosize
        minRows={6}
        maxRows={18}
        data-autofocus
      />
    </EditDialog>
  );
}

function readTargets(text: string): { targets: z.input<typeof replyTargetSchema>[] } | { mistake: string } {
  let document: unknown;
  try {
    document = JSON.parse(text.trim() === '' ? '[]' : text);
  } catch {
    return { mistake: 'This is not JSON.' };
  }
  const read = z.array(replyTargetSchema).safeParse(document);
  return read.success
    ? { targets: read.data }
    : { mistake: read.error.issues.map(({ message }) => message).join('; ') };
}
