import { connectorKinds } from '@trunkline/events';
import { useSearchParams } from 'wouter';

/** What the query of the address says, so that what is looked at can be shared and survives a reload; what is empty is not in it. */
export function useAddress() {
  const [params, setParams] = useSearchParams();
  return {
    of: (name: string): string | undefined => params.get(name) || undefined,
    /** One of the values that there are; anything else in the address counts as none. */
    oneOf: <const V extends string>(name: string, values: readonly V[]): V | undefined =>
      values.find((value) => value === params.get(name)),
    manyOf: <const V extends string>(name: string, values: readonly V[]): V[] => {
      const there = params.getAll(name);
      return values.filter((value) => there.includes(value));
    },
    set(changes: Readonly<Record<string, string | readonly string[] | undefined>>) {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            after.delete(name);
            for (const each of [value ?? []].flat()) if (each !== '') after.append(name, each);
          }
          return after;
        },
        { replace: true },
      );
    },
  };
}

export type Address = ReturnType<typeof useAddress>;

/** The connector that the address names, or the kind of several. */
export const connectorOf = ({ oneOf, of }: Address) => ({ kind: oneOf('kind', connectorKinds), name: of('name') });

/** The times that the address names, where they are times. */
export const timesOf = ({ of }: Address) => ({ since: timeOf(of('since')), before: timeOf(of('before')) });

const timeOf = (text: string | undefined) =>
  text === undefined || Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();
