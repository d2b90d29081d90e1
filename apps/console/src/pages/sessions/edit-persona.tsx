import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../../api/use-operation.ts';
import { EditDialog, type Editable } from './edit-dialog.tsx';

/** Binds a session to a persona, or to none. */
export function EditPersona({ session, etag }: Editable) {
  const { session_id } = session;
  const [persona, setPersona] = useState('');
  const change = useChange('putPersona', ['getSession']);
  const save = (ifMatch: { ifMatch?: string }) => {
    const body = { persona_id: persona.trim() === '' ? null : persona.trim() };
    return change.mutateAsync({ params: { session_id }, body, ...ifMatch });
  };
  return (
    <EditDialog
      label="Persona"
      etag={etag}
      change={change}
      begin={() => setPersona(session.persona_id ?? '')}
      save={save}
    >
      <TextInput
        label="Persona id"
        description="Empty: none, consumers choose."
        value={persona}
        onChange={({ currentTarget }) => setPersona(currentTarget.value)}
        data-autofocus
      />
    </EditDialog>
  );
}
