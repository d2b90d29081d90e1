import { Center, Grid, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import type { DeliveryView } from '@trunkline/control-api';
import type { ReactNode } from 'react';
import { useOperation } from '../../api/use-operation.ts';
import { DeliverySteps } from '../../parts/delivery-steps.tsx';
import { useIdInAddress } from '../../parts/id-in-address.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Problem } from '../../parts/problem.tsx';
import { saidIn } from '../../parts/said.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Attempts } from './attempts.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';
import { TargetState } from './target-state.tsx';

const settled = ['delivered', 'dead', 'expired', 'cancelled', 'unknown'];

/** One delivery with all that is known of its way; asked for again while it is under way. */
export function DeliveryPage() {
  const delivery_id = useIdInAddress('/deliveries/');
  const delivery = useOperation('getDelivery', { params: { delivery_id } }, { everyMs: 2_000 });
  const { data, error, isPending, refetch } = delivery;
  if (isPending)
    return (
      <Center p="xl">
        <Loader aria-label="Loading" />
      </Center>
    );
  if (!data)
    return (
      <>
        <PageHeader title="Delivery" about={<PlaceLink to="/deliveries">All deliveries</PlaceLink>} />
        <Problem error={error} retry={() => void refetch()} />
      </>
    );
  return <Loaded delivery={data.body} />;
}

function Loaded({ delivery }: { delivery: DeliveryView }) {
  const { delivery_id, state, reason, next_attempt_at, output, attempts } = delivery;
  const waits = !settled.includes(state) && next_attempt_at !== undefined;
  return (
    <>
      <PageHeader
        title="Delivery"
        about={
          <Group gap="xs">
            <StateBadge state={state} />
            <span>{delivery_id}</span>
            <PlaceLink to="/deliveries">All deliveries</PlaceLink>
          </Group>
        }
      >
        <DeliveryActions delivery={delivery} />
      </PageHeader>
      <Stack gap="md">
        <TargetState delivery={delivery} />
        {reason && (
          <Text size="sm" role="status">
            {reason.code}: {reason.detail}
            {waits && ' It will be tried again.'}
          </Text>
        )}
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack gap="md">
              <Part title="What is to be said">
                <Content output={output} />
              </Part>
              <Part title="Chunks and files">
                <DeliverySteps delivery={delivery} />
              </Part>
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Part title="About">
              <DeliveryFacts delivery={delivery} />
            </Part>
          </Grid.Col>
        </Grid>
        <Part
          title={attempts.length < delivery.attempt_count ? `Attempts (the newest ${attempts.length})` : 'Attempts'}
        >
          <Attempts attempts={attempts} />
        </Part>
      </Stack>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Content({ output }: Pick<DeliveryView, 'output'>) {
  if (!output)
    return (
      <Text size="sm" c="dimmed">
        Its message is no longer kept: it is older than 7 days.
      </Text>
    );
  const { text, files, buttons, notes } = saidIn(output);
  const lines = [...files.map((file) => `File: ${file}`), ...notes];
  if (buttons.length > 0) lines.push(`Buttons: ${buttons.join(', ')}`);
  return (
    <Stack gap="xs">
      {text !== '' && <JsonView value={text} label="Text" maxHeight={320} />}
      {lines.map((line) => (
        <Text key={line} size="xs" c="dimmed">
          {line}
        </Text>
      ))}
    </Stack>
  );
}
