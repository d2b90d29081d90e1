import type { Draft } from './define-kind.ts';
import { secretSource, tripleKeys, type SecretSource } from './secret-field.ts';

/** Warns about each secret that is written in plain sight or named by more than one source. */
export function warnAboutSecrets(draft: Pick<Draft<object>, 'wire' | 'warn'>, fields: readonly string[]): void {
  for (const field of fields) warnAboutSecret(draft, field);
}

function warnAboutSecret({ wire, warn }: Pick<Draft<object>, 'wire' | 'warn'>, field: string): void {
  const keys = tripleKeys(field);
  const given: Partial<Record<SecretSource, string>> = {};
  const read = (key: string): unknown => Reflect.get(wire, key);
  for (const source of ['secret_ref', 'env', 'inline'] as const) {
    const value = read(keys[source]);
    if (typeof value === 'string') given[source] = value;
  }
  const used = secretSource(given);
  if (used === undefined) return;

  if (given.inline !== undefined) {
    const blank = given.inline.trim() === '';
    if (blank) warn([field], 'is blank, so the connector cannot work');
    else
      warn(
        [field],
        `holds the secret in plain sight: ${keys.secret_ref} or ${keys.env} keeps it out of the configuration`,
      );
  }
  const shadowed = (['env', 'inline'] as const).filter((source) => source !== used && given[source] !== undefined);
  for (const source of shadowed) warn([keys[source]], `is not used: ${keys[used]} comes first`);
}
