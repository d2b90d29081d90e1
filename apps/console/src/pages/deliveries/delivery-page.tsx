import { Grid, Group, Stack, Text } from '@mantine/core';
import type { DeliveryView } from '@trunkline/control-api';
import { useOperation } from '../../api/use-operation.ts';
import { DeliveryChunks } from '../../parts/delivery-chunks.tsx';
import { useIdInAddress } from '../../parts/use-id-in-address.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { Loading } from '../../parts/loading.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Reason } from '../../parts/reason.tsx';
import { saidIn } from '../../parts/said.ts';
import { SmallLines } from '../../parts/small-lines.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Attempts } from './attempts.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';
import { TargetState } from './target-state.tsx';

const settled = ['delivered', 'dead', 'expired', 'cancelled', 'unknown'];

/** One delivery with all that is known of its way; asked for again while it is under way. */
export function DeliveryPage() {
  const delivery_id = useIdInAddress('/deliveries/');
  const { data, error, isPending, refetch } = useOperation(
    'getDelivery',
    { params: { delivery_id } },
    { everyMs: 2_000 },
  );
  if (isPending) return <Loading />;
  if (!data)
    return (
      <>
        <PageHeader title="Delivery" about={<PlaceLink to="/deliveries">All deliveries</PlaceLink>} />
        <Loading error={error} retry={() => void refetch()} />
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
            <Reason reason={reason} />
            {waits && ' It will be tried again.'}
          </Text>
        )}
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack gap="md">
              <Panel title="What is to be said">
                <Content output={output} />
              </Panel>
              <Panel title="Chunks and files">
                <DeliveryChunks delivery={delivery} />
              </Panel>
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Panel title="About">
              <DeliveryFacts delivery={delivery} />
            </Panel>
          </Grid.Col>
        </Grid>
        <Panel
          title={attempts.length < delivery.attempt_count ? `Attempts (the newest ${attempts.length})` : 'Attempts'}
        >
          <Attempts attempts={attempts} />
        </Panel>
      </Stack>
    </>
  );
}

function Content({ output }: Pick<DeliveryView, 'output'>) {
  if (!output)
    return (
      <Text size="sm" c="dimmed">
        What it says is no longer kept: it is older than 7 days.
      </Text>
    );
  const { text, lines } = saidIn(output);
  return (
    <Stack gap="xs">
      {text !== '' && <JsonView value={text} label="Text" maxHeight={320} />}
      <SmallLines lines={lines} />
    </Stack>
  );
}
