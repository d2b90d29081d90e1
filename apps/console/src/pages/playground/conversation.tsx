import { Box, Paper, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../../api/session.ts';
import { Problem } from '../../parts/problem.tsx';
import { Steps } from '../../parts/steps.tsx';
import { ChatLog } from './chat-log.tsx';
import { Composer } from './composer.tsx';
import classes from './playground.module.css';
import type { Place } from './place-bar.tsx';
import { Silence } from './silence.tsx';
import { turnSteps } from './turn-steps.tsx';
import { useExchanges } from './use-exchanges.ts';
import { useSaying } from './use-saying.ts';

/** One conversation: what was said, a field to say more, and the way that the last message took. */
export function Conversation({ connector, place }: { connector: string; place: Place }) {
  const may = useSession().may('operator');
  const saying = useSaying({ connector, place });
  const { exchanges, failure, retry } = useExchanges(place.session);
  const [picked, setPicked] = useState<string>();
  const known = new Set(exchanges.map(({ turn }) => turn.event.id));
  const open = saying.said.filter(({ eventId }) => eventId === undefined || !known.has(eventId));
  const shown = exchanges.find(({ turn }) => turn.turn_id === picked) ?? exchanges.at(-1);
  const last = open.length === 0 ? exchanges.at(-1) : undefined;
  return (
    <div className={classes.sides}>
      <Paper withBorder className={classes.chat}>
        <ChatLog exchanges={exchanges} open={open} picked={shown?.turn.turn_id} onPick={setPicked} />
        <Stack gap="xs" p="sm">
          {Boolean(failure) && <Problem error={failure} retry={retry} />}
          <Silence last={last} />
          <Composer
            disabled={!may}
            onSay={(text) => {
              setPicked(undefined);
              saying.say(text);
            }}
          />
        </Stack>
      </Paper>
      <Box component="aside">
        <Title order={3} size="h5" mb="sm">
          The way of your message
        </Title>
        <Steps label="Steps" steps={turnSteps({ open: open.at(-1), shown, connector })} />
      </Box>
    </div>
  );
}
