import { token } from '@trunkline/bus';
import { replyHandlePurpose } from './reply-handle.ts';
import { SecretInvalidError } from './secret-errors.ts';

const pattern = /^[A-Za-z0-9._-]{1,128}$/;
const namespacePattern = /^(?:connectors\.[a-z][a-z0-9-]{0,31}|shared)\./;

/** Where a reference is kept, and which key it is sealed with. Both follow from its namespace alone. */
export interface SecretPlace {
  reference: string;
  /** `connectors.<kind>`, `shared`, or `other` for everything outside the convention. */
  namespace: string;
  /** Key in the bucket. It begins with the namespace, so that NATS permissions can tell the kinds apart. */
  key: string;
  /** What `deriveKey` is asked for. */
  purpose: string;
}

/** Checks a reference and says where it lives. Throws SecretInvalidError. */
export function secretPlace(reference: string): SecretPlace {
  if (!pattern.test(reference)) {
    throw new SecretInvalidError('A secret reference may hold letters, digits, ".", "_" and "-", 1 to 128 of them.', {
      fix: 'Use connectors.<kind>.<name>.<field>, or shared.<name> for all gateways.',
    });
  }
  const prefix = namespacePattern.exec(reference)?.[0];
  const namespace = prefix?.slice(0, -1) ?? 'other';
  const rest = reference.slice(prefix?.length ?? 0);
  return { reference, namespace, key: `${namespace}.${token(rest)}`, purpose: secretsPurpose(namespace) };
}

/** The purpose that seals a namespace's secrets. */
const secretsPurpose = (namespace: string) => `secrets.${namespace}`;

/** The namespaces that the gateway of a kind may read. */
export const namespacesOf = (kind: string) => [`connectors.${kind}`, 'shared'];

/** Whether the gateway of a kind may use this reference. */
export function mayUse(kind: string, reference: string): boolean {
  return namespacesOf(kind).some((namespace) => reference.startsWith(`${namespace}.`));
}

/** Everything the gateway of a kind has to derive keys for: what to give to `deriveKeyring` to run it without the master key. */
export function gatewayPurposes(kind: string): string[] {
  // What a session shows while it works comes with the reply handle that says where, and whoever holds one may post it.
  return [...namespacesOf(kind).map(secretsPurpose), `assets.${kind}`, replyHandlePurpose];
}

/** The reference under which a connector's secret field is stored when the operator names none. */
export function conventionalReference(kind: string, name: string, field: string): string {
  return `connectors.${kind}.${name}.${field}`;
}
