import { Button, Group, Paper, SimpleGrid, Stack } from '@mantine/core';
import type { ParamsOf, ReceivedOf, routes } from '@trunkline/control-api';
import { useLocation } from 'wouter';
import { JsonView } from '../../parts/json-view.tsx';
import { at } from '../../parts/read-at.ts';
import { Steps } from '../../parts/steps.tsx';
import { payloadToExplain } from './payload-to-explain.ts';
import { storySteps } from './story-steps.tsx';

export type EventRef = ParamsOf<(typeof routes)['getEvent']>;
export type FoundEvent = ReceivedOf<(typeof routes)['getEvent']>;

/** What came of an event: turn, answers, deliveries; and the event itself. */
export function EventStory({ of, found }: { of: EventRef; found: FoundEvent }) {
  const [, navigate] = useLocation();
  const raw = at(found.event, 'data', 'raw');
  const explainRaw = () => {
    payloadToExplain.put(typeof raw === 'string' ? raw : JSON.stringify(raw, undefined, 2));
    navigate(`/explain?${new URLSearchParams({ of: 'request', connector: `${of.kind}/${of.name}` })}`);
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
