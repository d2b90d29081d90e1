import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { connectorOf, useAddress } from '../../parts/use-address.ts';
import { ConnectorPicker, type PickedConnector } from './connector-picker.tsx';
import { readHeaders } from './read-headers.ts';
import { payloadToExplain } from './payload-to-explain.ts';

export interface AskedRequest extends PickedConnector {
  body: string;
  headers: Record<string, string[]>;
  query: string;
}

const example = '{\n  "content": "Order 4711 is late",\n  "idempotency_key": "late-4711-1"\n}';

/** The request as the platform would send it. What was typed stays, whatever comes of it. */
export function RequestForm({
  onAsk,
  asking,
  withHeaders,
}: {
  onAsk: (asked: AskedRequest) => void;
  asking: boolean;
  withHeaders: boolean;
}) {
  const address = useAddress();
  const { kind, name } = connectorOf(address);
  const connector = kind && name !== undefined ? { kind, name } : undefined;
  const [body, setBody] = useState(() => payloadToExplain.take() ?? example);
  const [headers, setHeaders] = useState('');
  const [query, setQuery] = useState('');
  const [wrong, setWrong] = useState<{ connector?: string; headers?: string }>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readHeaders(headers);
    setWrong({ ...(!connector && { connector: 'Choose one.' }), ...(!read.ok && { headers: read.problem }) });
    if (connector && read.ok) onAsk({ ...connector, body, headers: read.headers, query });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ConnectorPicker
          value={connector}
          onPick={(picked) => address.set({ kind: picked?.kind, name: picked?.name })}
          error={wrong.connector}
          withAsterisk
        />
        <Textarea
          label="Body"
          description="As the platform would post it: JSON, a form or text."
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          styles={monospace}
          value={body}
          onChange={({ currentTarget }) => setBody(currentTarget.value)}
        />
        {withHeaders && (
          <HeadersAndQuery headers={[headers, setHeaders]} query={[query, setQuery]} error={wrong.headers} />
        )}
        <Group>
          <Button type="submit" loading={asking} disabled={body.trim() === ''}>
            Explain
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Field = [value: string, set: (value: string) => void];

/** What only operators may give: headers hold secrets. */
function HeadersAndQuery({
  headers: [headers, setHeaders],
  query: [query, setQuery],
  error,
}: {
  headers: Field;
  query: Field;
  error: string | undefined;
}) {
  return (
    <>
      <Textarea
        label="Headers"
        description="One a line, Name: value. With them it is judged whether the request would be let in."
        placeholder="Authorization: Bearer ..."
        autosize
        minRows={2}
        maxRows={12}
        spellCheck={false}
        styles={monospace}
        error={error}
        value={headers}
        onChange={({ currentTarget }) => setHeaders(currentTarget.value)}
      />
      <TextInput
        label="Query"
        description="Of the URL, without its question mark."
        value={query}
        onChange={({ currentTarget }) => setQuery(currentTarget.value)}
      />
    </>
  );
}

const monospace = { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } };
