import { z } from 'zod';

/**
 * Where one secret of a connector comes from: the sources that its `X`, `X_env` and `X_secret_ref` name.
 *
 * Several may be set. The first present of secret_ref, env, inline is the one; that it is missing or blank is never a reason
 * to use a weaker one.
 */
export interface SecretField {
  secret_ref?: string;
  env?: string;
  inline?: string;
}

/** Where the value of a secret field is taken from. */
export type SecretSource = 'secret_ref' | 'env' | 'inline';

/** The source that counts: secret-store reference, then environment variable, then inline value. */
export function secretSource(secret: SecretField): SecretSource | undefined {
  if (secret.secret_ref !== undefined) return 'secret_ref';
  if (secret.env !== undefined) return 'env';
  return secret.inline === undefined ? undefined : 'inline';
}

/** The several values, for rotation, that one `signing_secret` of an HTTP connector may hold. */
export function secretValues(text: string): string[] {
  return text.split(/\s+/).filter((value) => value !== '');
}

/** The three wire keys of a secret field. */
export type TripleKey<F extends string> = F | `${F}_env` | `${F}_secret_ref`;

/** A wire shape with its secret triples replaced by one `SecretField` each. */
export type WithSecrets<W, F extends string> = Omit<W, TripleKey<F>> & { [K in F]?: SecretField };

/** The wire keys of a secret field, by source. */
export function tripleKeys<F extends string>(field: F) {
  return { secret_ref: `${field}_secret_ref`, env: `${field}_env`, inline: field } as const;
}

interface TripleOptions {
  /** A gateway may use references of its own kind and shared ones only. */
  kind: string;
  about: string;
  /** Checks an inline value that is not blank. A blank one degrades the connector when it is resolved, as any source does. */
  inline?: { pattern: RegExp; wanted: string };
}

/** What stands where an inline secret was taken out. It passes as one, so that what was printed can be read again. */
export const maskedSecret = '[secret]';

const noWhitespace = { pattern: /^\S+$/, wanted: 'without whitespace' };

/** The schema of the three wire keys of one secret. */
export function secretTriple<F extends string>(field: F, { kind, about, inline = noWhitespace }: TripleOptions) {
  const keys = tripleKeys(field);
  const shape = {
    [keys.inline]: z
      .string()
      .refine(
        (value) => value.trim() === '' || value === maskedSecret || inline.pattern.test(value),
        `must be written ${inline.wanted}`,
      )
      .optional()
      .meta({ description: `${about}.`, writeOnly: true }),
    [keys.env]: envName()
      .optional()
      .meta({ description: `Environment variable that holds ${field}.` }),
    [keys.secret_ref]: secretRef(kind)
      .optional()
      .meta({ description: `Secret-store reference of ${field}.` }),
  };
  // TypeScript widens computed keys to string; these are exactly the triple's.
  return shape as Record<TripleKey<F>, z.ZodOptional<z.ZodString>>;
}

/** Name of an environment variable. */
export function envName() {
  return z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
}

/** A secret-store reference that a gateway of this kind may read. */
export function secretRef(kind: string) {
  const own = `connectors.${kind}.`;
  return z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be a reference: 1 to 128 of A-Z a-z 0-9 . _ -')
    .refine(
      (ref) => [own, 'shared.'].some((prefix) => ref.startsWith(prefix) && ref.length > prefix.length),
      `must start with "${own}" or "shared."`,
    );
}

/** Turns the triples of a parsed wire object into `SecretField`s; a field without any source stays absent. */
export function joinSecrets<W extends object, F extends string>(wire: W, fields: readonly F[]): WithSecrets<W, F> {
  const joined: Record<string, unknown> = Object.fromEntries(Object.entries(wire));
  for (const field of fields) {
    const secret: Record<string, unknown> = {};
    for (const [source, key] of Object.entries(tripleKeys(field))) {
      if (joined[key] !== undefined) secret[source] = joined[key];
      delete joined[key];
    }
    if (Object.keys(secret).length > 0) joined[field] = secret;
  }
  // The loop did to the value what WithSecrets does to the type.
  return joined as WithSecrets<W, F>;
}

/** The inverse of `joinSecrets`. */
export function splitSecrets(joined: object, fields: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(joined).flatMap(([key, value]) => {
    if (!fields.includes(key)) return [[key, value]];
    return Object.entries(tripleKeys(key)).map(([source, wireKey]) => [wireKey, value?.[source]]);
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
