import { Anchor, Input, NumberInput, Select, Switch, TagsInput, Text, TextInput, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Field, FieldOf } from './fields-of.ts';
import { useWrong, type InputProps } from './form-facts.ts';
import { WithCode } from './with-code.tsx';

/** What all inputs say of their field. */
function useCommon({ key, about, needed }: Field, path: string) {
  const error = useWrong(path);
  return {
    label: key,
    description: about === undefined ? undefined : <WithCode text={about} />,
    required: needed,
    error,
  };
}

const placeholderOf = ({ fallback }: Field) => (fallback === undefined ? undefined : String(fallback));

export function TextField({ field, path, value, onChange }: InputProps<FieldOf<'text'>>) {
  const props = {
    ...useCommon(field, path),
    placeholder: placeholderOf(field),
    value: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return field.long ? (
    <Textarea {...props} autosize minRows={1} maxRows={12} spellCheck={false} />
  ) : (
    <TextInput {...props} autoComplete="off" spellCheck={false} />
  );
}

export function NumberField({ field, path, value, onChange }: InputProps<FieldOf<'number'>>) {
  return (
    <NumberInput
      {...useCommon(field, path)}
      placeholder={[placeholderOf(field), field.fallback !== undefined && field.unit].filter(Boolean).join(' ')}
      value={typeof value === 'number' ? value : ''}
      onChange={(entered) => onChange(entered === '' ? undefined : Number(entered))}
      allowDecimal={false}
      thousandSeparator=" "
      clampBehavior="none"
      suffix={field.unit === undefined ? undefined : ` ${field.unit}`}
      hideControls
    />
  );
}

/** Off or on; a choice where neither is the default. */
export function SwitchInput({ field, path, value, onChange }: InputProps<FieldOf<'switch'>>) {
  const common = useCommon(field, path);
  if (typeof field.fallback !== 'boolean')
    return (
      <Select
        {...common}
        placeholder="as the other fields say"
        data={['on', 'off']}
        value={typeof value === 'boolean' ? (value ? 'on' : 'off') : null}
        onChange={(chosen) => onChange(chosen === null ? undefined : chosen === 'on')}
        clearable
        clearButtonProps={{ 'aria-label': `Back to the default of ${field.key}` }}
      />
    );
  const { label, description, error } = common;
  return (
    <Switch
      {...{ label, description, error }}
      checked={typeof value === 'boolean' ? value : field.fallback}
      onChange={(event) => onChange(event.currentTarget.checked)}
      pt={4}
    />
  );
}

export function ChoiceInput({ field, path, value, onChange }: InputProps<FieldOf<'choice'>>) {
  return (
    <Select
      {...useCommon(field, path)}
      placeholder={field.fallback === undefined ? 'none' : `${String(field.fallback)} (default)`}
      data={field.options}
      value={typeof value === 'string' ? value : null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      clearButtonProps={{ 'aria-label': `Back to the default of ${field.key}` }}
    />
  );
}

/** Several texts or numbers; each is ended with Enter. */
export function ListInput({ field, path, value, onChange }: InputProps<FieldOf<'list'>>) {
  const { description, ...common } = useCommon(field, path);
  const { fallback } = field;
  const byDefault = Array.isArray(fallback) && fallback.length > 0;
  const shown: unknown[] = Array.isArray(value) ? value : Array.isArray(fallback) ? fallback : [];
  const ofNumbers = (tags: string[]) => tags.map((tag) => (/^-?\d{1,15}$/.test(tag) ? Number(tag) : tag));
  return (
    <TagsInput
      {...common}
      description={
        <>
          {description}
          {byDefault && value !== undefined && <BackToDefault of={field.key} onClick={() => onChange(undefined)} />}
        </>
      }
      placeholder={shown.length === 0 ? 'type, then press Enter' : undefined}
      value={shown.map(String)}
      onChange={(tags) => onChange(field.of === 'number' ? ofNumbers(tags) : tags)}
      splitChars={field.of === 'number' ? [',', ' '] : []}
      isDuplicate={() => false}
      allowDuplicates
    />
  );
}

function BackToDefault({ of, onClick }: { of: string; onClick: () => void }) {
  return (
    <Anchor component="button" type="button" size="xs" ml={6} onClick={onClick} aria-label={`Use the default of ${of}`}>
      Use the default
    </Anchor>
  );
}

/** A heading like that of an input, for what is made of several. */
export function Labelled({ field, path, children }: { field: Field; path: string; children: ReactNode }) {
  const { label, description, error, required } = useCommon(field, path);
  return (
    <Input.Wrapper component="fieldset" labelElement="div" {...{ description, error, required }} bd={0} p={0} m={0}>
      <Text component="legend" size="sm" fw={600} p={0}>
        {label}
      </Text>
      {children}
    </Input.Wrapper>
  );
}
