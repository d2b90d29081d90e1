import { Paper, Stack, Text } from '@mantine/core';
import type { Explanation as Explained } from '@trunkline/control-api';
import { JsonView } from '../../parts/json-view.tsx';
import { Steps } from '../../parts/steps.tsx';
import { admissionStep, eventSteps } from './explained-steps.tsx';

/** What a request would come to, step after step; of a batch, each of its events. */
export function Explanation({ explanation }: { explanation: Explained }) {
  const { admission, events, gateway, connector } = explanation;
  const many = events.length > 1;
  return (
    <Stack>
      <Paper withBorder p="md">
        <Steps label="Admission" steps={[admissionStep(admission, connector)]} />
        {events.map((event, index) => (
          <Steps
            key={index}
            label={many ? `Event ${index + 1} of ${events.length}` : 'What would happen'}
            steps={eventSteps(event)}
          />
        ))}
        {events.length === 0 && <Text size="sm">There is no event in it.</Text>}
        <Text size="xs" c="dimmed">
          Explained by the gateway {gateway}.
        </Text>
      </Paper>
      <JsonView value={explanation} label="The whole explanation" />
    </Stack>
  );
}
