import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** A field of the address's query, so that what is looked at can be shared and survives a reload. Empty is the same as missing. */
export function useAddressField(name: string): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [name, setParams],
  );
  return [params.get(name) ?? '', set];
}
