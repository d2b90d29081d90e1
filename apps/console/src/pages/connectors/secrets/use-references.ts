import { useOperation } from '../../../api/use-operation.ts';

/** Stored secrets that a connector of this kind may name. */
export function useReferences(kind: string): string[] {
  const own = useOperation('listSecrets', { query: { prefix: `connectors.${kind}.` } });
  const shared = useOperation('listSecrets', { query: { prefix: 'shared.' } });
  return [own, shared].flatMap(({ data }) => data?.body.items.map(({ reference }) => reference) ?? []);
}
