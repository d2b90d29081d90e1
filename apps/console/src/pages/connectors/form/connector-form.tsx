import { Alert, Button, Fieldset, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { paths } from '../../../parts/paths.ts';
import { Problem } from '../../../parts/problem.tsx';
import { useReferences } from '../secrets/use-references.ts';
import classes from './connector-form.module.css';
import { Conflict } from './conflict.tsx';
import type { ConnectorFields } from './connector-schema.ts';
import { FieldInput } from './field-input.tsx';
import { FormFactsContext } from './form-facts.ts';
import { ReviewDialog } from './review-dialog.tsx';
import { useConnectorForm, type ConnectorForm as Form, type Edited } from './use-connector-form.ts';
import { isStale, wrongIn } from './wrong-in.ts';

/** Everything that can be said of a connector. What is entered stays until it is saved, whatever the API says to it. */
export function ConnectorForm({ fields, edited }: { fields: ConnectorFields; edited: Edited }) {
  const [name, setName] = useState(edited.name);
  const form = useConnectorForm(fields, edited);
  const [, goTo] = useLocation();
  const isNew = edited.view === undefined;
  const references = useReferences(edited.kind);
  const review = (event: FormEvent) => {
    event.preventDefault();
    void form.plan(name).catch(() => undefined);
  };
  const save = () =>
    void form.save(name).then(
      () => goTo(paths.connector({ kind: edited.kind, name })),
      () => undefined,
    );
  const facts = { wrong: wrongIn(form.error), secrets: form.base.view?.secrets ?? {}, references };
  return (
    <form onSubmit={review} noValidate aria-label={isNew ? 'New connector' : `Edit ${name}`}>
      <FormFactsContext value={facts}>
        <Stack>
          {isNew && <NameInput name={name} onChange={setName} />}
          <Sections fields={fields} form={form} />
          <Failure form={form} isNew={isNew} />
          <Group className={classes.bar}>
            <Button type="submit" loading={form.isPending} disabled={name === '' || (!isNew && !form.isChanged)}>
              Review and save
            </Button>
            <Button
              component={Link}
              variant="default"
              href={isNew ? '/connectors' : paths.connector({ kind: edited.kind, name })}
            >
              Cancel
            </Button>
          </Group>
        </Stack>
      </FormFactsContext>
      <ReviewDialog planned={form.planned} isSaving={form.isPending} onSave={save} onClose={form.leavePlan} />
    </form>
  );
}

function NameInput({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  return (
    <TextInput
      label="Name"
      description="Letters, digits, dots, dashes and underscores. It is part of addresses and cannot be changed."
      required
      maw={420}
      autoComplete="off"
      value={name}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}

function Sections({ fields, form }: { fields: ConnectorFields; form: Form }) {
  return fields.sections.map(({ title, fields: own, large }) => (
    <Fieldset key={title} legend={title}>
      <SimpleGrid cols={large ? 1 : { base: 1, md: 2 }} verticalSpacing="md" spacing="xl">
        {own.map((field) => (
          <FieldInput
            key={field.key}
            field={field}
            path={field.key}
            value={form.entered[field.key]}
            onChange={(value) => form.enter(field.key, value)}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  ));
}

function Failure({ form, isNew }: { form: Form; isNew: boolean }) {
  if (form.error === null) return undefined;
  if (!isNew && isStale(form.error)) return <Conflict form={form} />;
  return (
    <>
      <Problem error={form.error} />
      {isStale(form.error) && (
        <Alert title="This name is taken" children="Choose another, or edit the connector that has it." />
      )}
    </>
  );
}
