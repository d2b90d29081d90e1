import { TagsInput } from '@mantine/core';
import { capabilityScopeSchema, credentialScopeSchema } from '@trunkline/events';
import { useState } from 'react';
import { useChange } from '../../api/use-operation.ts';
import { EditDialog, type Editable } from './edit-dialog.tsx';

type Lists = Readonly<Record<string, readonly string[] | undefined>>;

const schemas = { capability: capabilityScopeSchema, credential: credentialScopeSchema };
const labels = { capability: 'Capability scope', credential: 'Credential scope' };

/** Which skills and tools, or which routes and credentials, a session may use. */
export function EditScope({ session, etag, which }: Editable & { which: 'capability' | 'credential' }) {
  const [lists, setLists] = useState<Lists>({});
  const capability = useChange('putCapabilityScope', ['getSession']);
  const credential = useChange('putCredentialScope', ['getSession']);
  const params = { session_id: session.session_id };
  const save = (ifMatch: { ifMatch?: string }) => {
    const body = Object.fromEntries(Object.entries(lists).filter(([, names = []]) => names.length > 0));
    return which === 'capability'
      ? capability.mutateAsync({ params, body, ...ifMatch })
      : credential.mutateAsync({ params, body, ...ifMatch });
  };
  return (
    <EditDialog
      label={labels[which]}
      etag={etag}
      change={which === 'capability' ? capability : credential}
      begin={() => setLists(which === 'capability' ? session.capability_scope : session.credential_scope)}
      save={save}
    >
      {Object.keys(schemas[which].shape).map((list) => (
        <TagsInput
          key={list}
          label={list.replaceAll('_', ' ')}
          description={list.endsWith('allow') ? 'Empty allows all; * is all of them.' : 'A denial wins.'}
          value={[...(lists[list] ?? [])]}
          onChange={(names) => setLists({ ...lists, [list]: names })}
          acceptValueOnBlur
        />
      ))}
    </EditDialog>
  );
}
