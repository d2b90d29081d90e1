import { Alert } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ControlUnreachableError } from '@trunkline/control-api';
import { useEffect, useRef } from 'react';
import { control } from '../api/control.ts';

/** The query that tells whether the control plane answers; whoever finds that it does not has it asked again. */
export const reachableKey = ['reachable'];

const calmMs = 10_000;
const lostMs = 2_000;

/** Says so while the control plane does not answer, and has everything on the page asked again when it does. */
export function ConnectionBanner() {
  const queries = useQueryClient();
  const { data: reachable } = useQuery({
    queryKey: reachableKey,
    queryFn: answers,
    networkMode: 'always',
    refetchInterval: ({ state }) => (state.data === false ? lostMs : calmMs),
  });
  const lost = reachable === false;
  const wasLost = useRef(false);
  useEffect(() => {
    if (wasLost.current && !lost)
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== reachableKey[0] });
    wasLost.current = lost;
  }, [lost, queries]);
  return (
    <div role="status">
      {lost && (
        <Alert color="orange" variant="outline" title="The control plane does not answer" mb="md">
          What is shown may be old. It is tried again every few seconds; connectors and agents work on meanwhile.
        </Alert>
      )}
    </div>
  );
}

async function answers(): Promise<boolean> {
  try {
    await control.call('signInOptions', {});
    return true;
  } catch (error) {
    return !(error instanceof ControlUnreachableError);
  }
}
