import { Button, Center, Divider, Text } from '@mantine/core';
import type { EventSummary } from '@trunkline/control-api';
import { Fragment } from 'react';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import classes from './conversation.module.css';
import type { Saying } from './interleave.ts';
import { GrowingBubble, OutputBubble } from './output-bubble.tsx';
import { TurnBubble } from './turn-bubble.tsx';
import { useChatScroll } from './use-chat-scroll.ts';
import { useSayings } from './use-sayings.ts';

/** A session as a chat, oldest first; it grows while it is open. */
export function Conversation({ sessionId }: { sessionId: string }) {
  const said = useSayings(sessionId);
  const { sayings, growing, status, dead } = said;
  const first = sayings[0];
  const { box, onScroll } = useChatScroll(
    first ? keyOf(first) : '',
    `${sayings.length} ${growing.length} ${growing.map(({ text }) => text).join('').length}`,
  );
  if (said.isPending || (said.error && sayings.length === 0)) return <Loading error={said.error} retry={said.retry} />;
  if (sayings.length === 0 && growing.length === 0)
    return (
      <Empty title="Nothing has been said yet">
        Turns are kept for 30 days, outputs for 7. New ones appear by themselves.
      </Empty>
    );
  return (
    <>
      {Boolean(said.feedFailure) && <Problem error={said.feedFailure} retry={said.retry} />}
      <div ref={box} onScroll={onScroll} className={classes.log} role="log" aria-label="Conversation" tabIndex={0}>
        {said.hasOlder && (
          <Center>
            <Button size="xs" variant="default" loading={said.isReadingOlder} onClick={said.readOlder}>
              Show older
            </Button>
          </Center>
        )}
        {sayings.map((saying, index) => (
          <Fragment key={keyOf(saying)}>
            <LifeLine before={sayings[index - 1]} saying={saying} />
            <OneSaying saying={saying} sayings={sayings} dead={dead} />
          </Fragment>
        ))}
        {growing.map(({ outputId, text }) => (
          <GrowingBubble key={outputId} text={text} />
        ))}
        {status !== undefined && (
          <Text size="xs" c="dimmed" ta="right">
            {status} …
          </Text>
        )}
      </div>
    </>
  );
}

const keyOf = (saying: Saying): string =>
  'turn' in saying ? saying.turn.turn_id : `${saying.output.output_id} ${saying.at}`;

function OneSaying({
  saying,
  sayings,
  dead,
}: {
  saying: Saying;
  sayings: readonly Saying[];
  dead: ReadonlyMap<string, EventSummary>;
}) {
  if (!('turn' in saying)) return <OutputBubble output={saying.output} />;
  const { turn } = saying;
  const answers = sayings.filter((each) => 'output' in each && each.output.turn_id === turn.turn_id).length;
  return <TurnBubble turn={turn} answers={answers} death={dead.get(turn.turn_id)?.reason} />;
}

/** Where a session ended and its id began the next life. */
function LifeLine({ before, saying }: { before: Saying | undefined; saying: Saying }) {
  if (!before || !('turn' in saying) || saying.turn.generation === 1) return null;
  const { generation, seq } = saying.turn;
  return seq === 1 ? <Divider label={`Life ${generation} of this session id`} /> : null;
}
