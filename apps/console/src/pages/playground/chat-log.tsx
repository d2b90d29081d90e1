import { Button, Group, Text, UnstyledButton } from '@mantine/core';
import type { OutputView } from '@trunkline/control-api';
import { useEffect, useRef } from 'react';
import { at, word } from '../../parts/read-at.ts';
import { saidIn } from '../../parts/said.ts';
import { SmallLines } from '../../parts/small-lines.tsx';
import classes from './playground.module.css';
import type { Exchange } from './use-exchanges.ts';
import type { InFlight } from './use-saying.ts';

/** What was said, oldest first. It follows the newest as long as its end is in sight. */
export function ChatLog({
  exchanges,
  open,
  picked,
  onPick,
}: {
  exchanges: readonly Exchange[];
  open: readonly InFlight[];
  picked: string | undefined;
  onPick: (turnId: string) => void;
}) {
  const log = useFollowEnd(JSON.stringify([exchanges, open]).length);
  return (
    <div ref={log} className={classes.log} role="log" aria-label="Conversation" tabIndex={0}>
      {exchanges.length + open.length === 0 && (
        <Text c="dimmed" size="sm" ta="center" p="xl">
          Say hello: it becomes a turn of a session of its own, and your agents answer it.
        </Text>
      )}
      {exchanges.map((exchange) => (
        <Turn key={exchange.turn.turn_id} exchange={exchange} picked={picked} onPick={onPick} />
      ))}
      {open.map((said) => (
        <OpenMessage key={said.key} said={said} />
      ))}
    </div>
  );
}

/** Scrolls to the end when there is more, unless somebody has scrolled away from it. */
function useFollowEnd(size: number) {
  const ref = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const log = ref.current;
    if (!log) return;
    const look = () => (atEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < 40);
    log.addEventListener('scroll', look, { passive: true });
    return () => log.removeEventListener('scroll', look);
  }, []);
  useEffect(() => {
    if (atEnd.current) ref.current?.scrollTo({ top: ref.current.scrollHeight });
  }, [size]);
  return ref;
}

function Turn({
  exchange: { turn, outputs, growing, status },
  picked,
  onPick,
}: {
  exchange: Exchange;
  picked: string | undefined;
  onPick: (turnId: string) => void;
}) {
  return (
    <>
      <div className={classes.mine} data-picked={picked === turn.turn_id}>
        <div>{word(at(turn.event, 'data', 'content', 'text'))}</div>
        <UnstyledButton className={classes.ways} onClick={() => onPick(turn.turn_id)}>
          Show its way
        </UnstyledButton>
      </div>
      {outputs.map((output) => (
        <Answer key={output.output_id} output={output} />
      ))}
      {growing.map(({ outputId, text }) => (
        <div key={outputId} className={classes.theirs} data-growing>
          {text}
        </div>
      ))}
      {status !== undefined && growing.length === 0 && (
        <Text size="sm" c="dimmed" fs="italic">
          {status}
        </Text>
      )}
    </>
  );
}

function Answer({ output: { output } }: { output: OutputView }) {
  const { text, lines } = saidIn(output);
  return (
    <div className={classes.theirs}>
      {text !== '' && <div>{text}</div>}
      <SmallLines lines={lines} />
    </div>
  );
}

function OpenMessage({ said: { text, state, answer, error, again } }: { said: InFlight }) {
  const why = answer?.reason?.detail ?? (error instanceof Error ? error.message : undefined);
  return (
    <div className={classes.mine} data-state={state}>
      <div>{text}</div>
      {state === 'sending' && <Text size="xs">Sending …</Text>}
      {state === 'failed' && (
        <Group gap="xs" mt={4}>
          <Text size="xs" role="alert">
            {why}
          </Text>
          {answer?.status !== 'rejected' && (
            <Button size="compact-xs" variant="default" onClick={again}>
              Try again
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}
