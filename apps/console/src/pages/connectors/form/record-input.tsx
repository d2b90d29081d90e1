import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { isTable } from './draft.ts';
import type { FieldOf } from './fields-of.ts';
import type { InputProps } from './form-facts.ts';
import { Labelled } from './plain-inputs.tsx';

/** Texts by names of one's own. Two lines may have one name while somebody types: the later one counts. */
export function RecordInput({ field, path, value, onChange }: InputProps<FieldOf<'record'>>) {
  const [lines, setLines] = useState(() =>
    Object.entries(isTable(value) ? value : {}).map(([key, of]) => [key, String(of)]),
  );
  const change = (next: string[][]) => {
    setLines(next);
    onChange(Object.fromEntries(next.filter(([key]) => key !== '')));
  };
  const replace = (index: number, line: string[]) => change(lines.with(index, line));
  return (
    <Labelled field={field} path={path}>
      <Stack gap={6} mt={4}>
        {lines.map(([key = '', of = ''], n) => (
          <Group key={n} gap={6} wrap="nowrap">
            <TextInput
              aria-label={`${field.key}: name ${n + 1}`}
              placeholder="name"
              value={key}
              onChange={(event) => replace(n, [event.currentTarget.value, of])}
              flex={2}
            />
            <TextInput
              aria-label={`${field.key}: value ${n + 1}`}
              placeholder="value"
              value={of}
              onChange={(event) => replace(n, [key, event.currentTarget.value])}
              flex={3}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${key || `line ${n + 1}`} from ${field.key}`}
              onClick={() => change(lines.toSpliced(n, 1))}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => change([...lines, ['', '']])}
            aria-label={`Add a line to ${field.key}`}
          >
            Add
          </Button>
        </div>
      </Stack>
    </Labelled>
  );
}
