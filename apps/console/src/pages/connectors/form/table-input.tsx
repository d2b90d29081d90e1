import { Button, Collapse, Fieldset, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { use } from 'react';
import { isTable, settled } from './draft.ts';
import { FieldInput } from './field-input.tsx';
import type { FieldOf } from './fields-of.ts';
import { FormFactsContext, type InputProps } from './form-facts.ts';
import { WithCode } from './with-code.tsx';

/** A table of the connector, framed with its own fields; folded away while it says nothing. */
export function TableInput(props: InputProps<FieldOf<'table'>>) {
  const { field, path, value } = props;
  const { wrong } = use(FormFactsContext);
  const isWrong = [...wrong.keys()].some((key) => key === path || key.startsWith(`${path}.`));
  const [unfolded, { toggle }] = useDisclosure(settled(field, value) !== undefined);
  const isOpen = unfolded || isWrong;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <Fieldset legend={field.key}>
      <Stack gap="sm">
        {field.about !== undefined && (
          <Text size="xs" c="dimmed">
            <WithCode text={field.about} />
          </Text>
        )}
        {wrong.has(path) && (
          <Text size="xs" c="red" role="alert">
            {wrong.get(path)}
          </Text>
        )}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Chevron size={14} aria-hidden />}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Fold' : 'Unfold'} ${field.key}`}
            onClick={toggle}
          >
            {isOpen ? 'Fold' : 'Unfold'}
          </Button>
        </div>
        <Collapse expanded={isOpen} transitionDuration={0}>
          {isOpen && <TableFields {...props} />}
        </Collapse>
      </Stack>
    </Fieldset>
  );
}

function TableFields({ field, path, value, onChange }: InputProps<FieldOf<'table'>>) {
  const table = isTable(value) ? value : {};
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} verticalSpacing="md" spacing="xl">
      {field.fields.map((each) => (
        <FieldInput
          key={each.key}
          field={each}
          path={`${path}.${each.key}`}
          value={table[each.key]}
          onChange={(next) => onChange({ ...table, [each.key]: next })}
        />
      ))}
    </SimpleGrid>
  );
}
