import { Button, Group, Paper, SimpleGrid, Stack } from '@mantine/core';
import { useLocation } from 'wouter';
import type { EventRef, FoundEvent } from '../../api/found-event.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { paths } from '../../parts/paths.ts';
import { at } from '../../parts/read-at.ts';
import { Steps } from '../../parts/steps.tsx';
import { payloadToExplain } from './payload-to-explain.ts';
import { storySteps } from './story-steps.tsx';

/** What came of an event: turn, answers, deliveries; and the event itself. */
export function EventStory({ of, found }: { of: EventRef; found: FoundEvent }) {
  const [, goTo] = useLocation();
  const raw = at(found.event, 'data', 'raw');
  const explainRaw = () => {
    payloadToExplain.put(typeof raw === 'string' ? raw : JSON.stringify(raw, undefined, 2));
    goTo(paths.explainRequest(of));
  };
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        <Paper withBorder p="md">
          <Steps label="What happened" steps={storySteps(found)} />
        </Paper>
        {raw !== undefined && (
          <Group>
            <Button variant="default" onClick={explainRaw}>
              Explain what the platform sent
            </Button>
          </Group>
        )}
      </Stack>
      <JsonView value={found.event ?? found} label="The event" maxHeight={640} />
    </SimpleGrid>
  );
}
