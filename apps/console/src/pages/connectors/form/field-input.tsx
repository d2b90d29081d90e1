import type { InputProps } from './form-facts.ts';
import type { Field } from './fields-of.ts';
import { ChoiceInput, ListInput, NumberField, SwitchInput, TextField } from './plain-inputs.tsx';
import { RecordInput } from './record-input.tsx';
import { RowsInput } from './rows-input.tsx';
import { SecretInput } from './secret-input.tsx';
import { TableInput } from './table-input.tsx';

/** The input for a field. */
export function FieldInput({ field, ...rest }: InputProps<Field>) {
  switch (field.input) {
    case 'text':
      return <TextField field={field} {...rest} />;
    case 'number':
      return <NumberField field={field} {...rest} />;
    case 'switch':
      return <SwitchInput field={field} {...rest} />;
    case 'choice':
      return <ChoiceInput field={field} {...rest} />;
    case 'list':
      return <ListInput field={field} {...rest} />;
    case 'table':
      return <TableInput field={field} {...rest} />;
    case 'record':
      return <RecordInput field={field} {...rest} />;
    case 'rows':
      return <RowsInput field={field} {...rest} />;
    case 'secret':
      return <SecretInput field={field} {...rest} />;
  }
}
