import { SimpleGrid } from '@mantine/core';
import type { Overview } from '@trunkline/control-api';
import { DurationsChart } from './durations-chart.tsx';
import { BacklogChart, DeliveriesChart, EventsChart } from './traffic-charts.tsx';

/** The last hour. The slot that is not over yet would look like a drop. */
export function Charts({ overview }: { overview: Overview }) {
  const slots = overview.slots.slice(0, -1);
  return (
    <SimpleGrid component="section" cols={{ base: 1, lg: 2 }} mb="md" aria-label="The last hour">
      <EventsChart slots={slots} />
      <DeliveriesChart slots={slots} />
      <DurationsChart slots={slots} />
      <BacklogChart slots={slots} />
    </SimpleGrid>
  );
}
