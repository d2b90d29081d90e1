import { Button, Fieldset, Group, Menu, Stack } from '@mantine/core';
import { Plus } from 'lucide-react';
import { use, useState, type ReactNode } from 'react';
import { isTable, shapeOf, type Draft } from './draft.ts';
import { FieldInput } from './field-input.tsx';
import type { FieldOf, RowShape } from './fields-of.ts';
import { FormFactsContext, type InputProps } from './form-facts.ts';
import { Labelled } from './plain-inputs.tsx';

/** A list of tables, such as reply targets: each row in the shape that it was added in. */
export function RowsInput({ field, path, value, onChange }: InputProps<FieldOf<'rows'>>) {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  const [ids, setIds] = useState(() => rows.map((_, n) => n));
  const add = ({ fixed }: RowShape) => {
    setIds([...ids, Math.max(-1, ...ids) + 1]);
    onChange([...rows, { ...fixed }]);
  };
  const remove = (n: number) => {
    setIds(ids.toSpliced(n, 1));
    onChange(rows.toSpliced(n, 1));
  };
  return (
    <Labelled field={field} path={path}>
      <Stack gap="xs" mt={4}>
        {rows.map((row, n) => (
          <Row
            key={ids[n] ?? n}
            of={field.key}
            number={n + 1}
            path={`${path}[${n}]`}
            row={isTable(row) ? row : {}}
            shapes={field.shapes}
            onChange={(next) => onChange(rows.with(n, next))}
            onRemove={() => remove(n)}
          />
        ))}
        <div>
          <Add to={field.key} shapes={field.shapes} onChoice={add} />
        </div>
      </Stack>
    </Labelled>
  );
}

interface RowProps {
  of: string;
  number: number;
  path: string;
  row: Draft;
  shapes: readonly RowShape[];
  onChange: (row: Draft) => void;
  onRemove: () => void;
}

function Row({ of, number, path, row, shapes, onChange, onRemove }: RowProps) {
  const shape = shapeOf(row, shapes);
  const legend = `${of} ${number}${shape && shapes.length > 1 ? `: ${shape.label}` : ''}`;
  return (
    <Fieldset legend={legend} variant="filled">
      <Stack gap="xs">
        <WithItsSecrets of={of} path={path} row={row} shape={shape}>
          {shape?.fields.map((each) => (
            <FieldInput
              key={each.key}
              field={each}
              path={`${path}.${each.key}`}
              value={row[each.key]}
              onChange={(next) => onChange({ ...row, [each.key]: next })}
            />
          ))}
        </WithItsSecrets>
        <Group justify="flex-end">
          <Button size="compact-sm" variant="subtle" color="red" onClick={onRemove} aria-label={`Remove ${legend}`}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface WithItsSecretsProps extends Pick<RowProps, 'of' | 'path' | 'row'> {
  shape: RowShape | undefined;
  children: ReactNode;
}

/** The secret of a row is known by the list and what names the row: `team_bot_tokens.T0123`. */
function WithItsSecrets({ of, path, row, shape, children }: WithItsSecretsProps) {
  const facts = use(FormFactsContext);
  const name = shape?.fields.find(({ needed }) => needed)?.key;
  const known = name === undefined ? undefined : facts.secrets[`${of}.${String(row[name])}`];
  const own = shape?.fields.filter(({ input }) => input === 'secret') ?? [];
  const secrets = known ? Object.fromEntries(own.map(({ key }) => [`${path}.${key}`, known])) : {};
  return <FormFactsContext value={{ ...facts, secrets }}>{children}</FormFactsContext>;
}

function Add(props: { to: string; shapes: readonly RowShape[]; onChoice: (shape: RowShape) => void }) {
  const { to, shapes, onChoice } = props;
  const [only] = shapes;
  const look = { size: 'compact-sm', variant: 'default', leftSection: <Plus size={14} aria-hidden /> } as const;
  if (only && shapes.length === 1)
    return (
      <Button {...look} onClick={() => onChoice(only)} aria-label={`Add to ${to}`}>
        Add
      </Button>
    );
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button {...look} aria-label={`Add to ${to}`}>
          Add
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {shapes.map((shape) => (
          <Menu.Item key={shape.label} onClick={() => onChoice(shape)}>
            {shape.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
