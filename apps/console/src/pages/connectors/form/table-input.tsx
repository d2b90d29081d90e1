import { Fieldset, Stack, Text } from '@mantine/core';
import { isTable } from './draft.ts';
import { FieldInput } from './field-input.tsx';
import type { FieldOf } from './fields-of.ts';
import { useWrong, type InputProps } from './form-facts.ts';
import { WithCode } from './with-code.tsx';

/** A table of the connector, framed with its own fields. */
export function TableInput({ field, path, value, onChange }: InputProps<FieldOf<'table'>>) {
  const table = isTable(value) ? value : {};
  const { wrong, about } = { wrong: useWrong(path), about: field.about };
  const isElsewhere = field.fields.some(({ key }) => wrong !== undefined && wrong.includes(`${field.key}.${key}`));
  return (
    <Fieldset legend={field.key}>
      <Stack gap="sm">
        {about !== undefined && (
          <Text size="xs" c="dimmed">
            <WithCode text={about} />
          </Text>
        )}
        {wrong !== undefined && !isElsewhere && (
          <Text size="xs" c="red">
            {wrong}
          </Text>
        )}
        {field.fields.map((each) => (
          <FieldInput
            key={each.key}
            field={each}
            path={`${path}.${each.key}`}
            value={table[each.key]}
            onChange={(next) => onChange({ ...table, [each.key]: next })}
          />
        ))}
      </Stack>
    </Fieldset>
  );
}
