import type { ConnectorView } from '@trunkline/control-api';
import { createContext, use } from 'react';

/** What the inputs of a form know besides their own values. */
export interface FormFacts {
  /** What is wrong, by the dotted name of the field. */
  wrong: ReadonlyMap<string, string>;
  /** Where secrets come from now, by field. */
  secrets: ConnectorView['secrets'];
  /** References of stored secrets that the connector may name. */
  references: readonly string[];
}

export const FormFactsContext = createContext<FormFacts>({ wrong: new Map(), secrets: {}, references: [] });

/** What is wrong with a field or with something inside it that has no input of its own. */
export function useWrong(path: string): string | undefined {
  const { wrong } = use(FormFactsContext);
  const inside = [...wrong].find(([key]) => key.startsWith(`${path}.`) || key.startsWith(`${path}[`));
  return wrong.get(path) ?? inside?.[1];
}

/** An input of a form. `path` is its field's dotted name. */
export interface InputProps<F> {
  field: F;
  path: string;
  value: unknown;
  onChange: (value: unknown) => void;
}
