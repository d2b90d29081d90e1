import { Alert, Code } from '@mantine/core';
import { useEffect, useState } from 'react';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import type { Exchange } from './use-exchanges.ts';

const patienceMs = 10_000;

/** What to do when nobody has answered for a while. */
export function Silence({ last }: { last: Exchange | undefined }) {
  const waits = last !== undefined && last.outputs.length + last.growing.length === 0 && last.status === undefined;
  const turnId = last?.turn.turn_id;
  const [late, setLate] = useState<string>();
  useEffect(() => {
    if (!waits || turnId === undefined) return;
    const timer = setTimeout(() => setLate(turnId), patienceMs);
    return () => clearTimeout(timer);
  }, [waits, turnId]);
  if (!waits || late !== turnId) return null;
  return (
    <Alert color="orange" variant="outline" title="Nobody has answered yet" role="status">
      The turn waits in{' '}
      <PlaceLink to={paths.session(last.turn.session_id)} underline="always">
        its session
      </PlaceLink>{' '}
      until a consumer takes it; nothing is lost. <Code>trunkline groups list</Code> shows which groups consume and how
      far each has come. <Code>npm start</Code> runs an echo agent; docs/consuming.md shows how to write your own.
    </Alert>
  );
}
