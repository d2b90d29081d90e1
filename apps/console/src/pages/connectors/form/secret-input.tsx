import { Autocomplete, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import { use } from 'react';
import { SecretValue } from '../secrets/secret-value.tsx';
import { isTable } from './draft.ts';
import type { FieldOf } from './fields-of.ts';
import { FormFactsContext, useWrong, type InputProps } from './form-facts.ts';
import { WithCode } from './with-code.tsx';

/** Where a secret comes from. What is typed goes to the store and is never shown again. */
export function SecretInput({ field, path, value, onChange }: InputProps<FieldOf<'secret'>>) {
  const { secrets } = use(FormFactsContext);
  const now = secrets[path];
  const choice = isTable(value) ? value : {};
  const from = typeof choice['from'] === 'string' ? choice['from'] : 'keep';
  const choose = (next: string | null) => onChange(next === null || next === 'keep' ? undefined : { from: next });
  return (
    <Stack gap={6}>
      <Select
        label={field.key}
        description={field.about === undefined ? undefined : <WithCode text={field.about} />}
        error={useWrong(path)}
        data={choicesOf(now)}
        value={from}
        onChange={choose}
        allowDeselect={false}
      />
      <Source {...{ name: field.key, from, choice, onChange }} replaces={now?.configured ?? false} />
    </Stack>
  );
}

type SecretNow = ConnectorView['secrets'][string];

function choicesOf(now: SecretNow | undefined) {
  return [
    { value: 'keep', label: now?.configured ? `Keep: ${sourceOf(now)}` : 'Not set' },
    { value: 'value', label: 'New value, for the secret store' },
    { value: 'secret_ref', label: 'A secret that is in the store' },
    { value: 'env', label: 'An environment variable of the gateway' },
    ...(now?.configured ? [{ value: 'nowhere', label: 'None: clear it' }] : []),
  ];
}

/** Where a secret comes from, in words. */
export function sourceOf({ source, secret_ref, env, version }: SecretNow): string {
  switch (source) {
    case 'secret_ref':
      return `${secret_ref}${version === undefined ? ', not in the store' : `, version ${version}`}`;
    case 'env':
      return `environment variable ${env}`;
    case 'inline':
      return 'the connectors file itself';
    case undefined:
      return 'not set';
  }
}

interface SourceProps {
  name: string;
  from: string;
  choice: Readonly<Record<string, unknown>>;
  onChange: (value: unknown) => void;
  /** There is a value that the new one takes the place of. */
  replaces: boolean;
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : '');

function Source({ name, from, choice, onChange, replaces }: SourceProps) {
  const { references } = use(FormFactsContext);
  const set = (key: string) => (value: unknown) => onChange({ ...choice, [key]: value });
  switch (from) {
    case 'value':
      return (
        <>
          <SecretValue label={`New value of ${name}`} value={textIn(choice['value'])} onChange={set('value')} />
          {replaces && <GraceInput seconds={choice['graceSeconds']} onChange={set('graceSeconds')} of={name} />}
        </>
      );
    case 'secret_ref':
      return (
        <Autocomplete
          label={`Reference of ${name}`}
          placeholder="shared.name"
          data={[...references]}
          value={textIn(choice['reference'])}
          onChange={set('reference')}
        />
      );
    case 'env':
      return (
        <TextInput
          label={`Variable of ${name}`}
          placeholder="WEBHOOK_TOKEN"
          value={textIn(choice['variable'])}
          onChange={(event) => set('variable')(event.currentTarget.value)}
        />
      );
    default:
      return undefined;
  }
}

/** How long the value before counts on. */
export function GraceInput(props: { seconds: unknown; onChange: (seconds: number | undefined) => void; of: string }) {
  const { seconds, onChange, of } = props;
  return (
    <NumberInput
      label={`Grace window of ${of}`}
      description="How long the value before is still accepted. 0 ends it at once."
      placeholder="86 400 s (24 h)"
      value={typeof seconds === 'number' ? seconds : ''}
      onChange={(entered) => onChange(entered === '' ? undefined : Number(entered))}
      min={0}
      allowDecimal={false}
      thousandSeparator=" "
      suffix=" s"
      hideControls
    />
  );
}
