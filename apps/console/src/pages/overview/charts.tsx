import { AreaChart, LineChart } from '@mantine/charts';
import { SimpleGrid } from '@mantine/core';
import type { Overview } from '@trunkline/control-api';
import { Chart, clockTime, overTime } from './chart.tsx';
import { duration, perMinute, shortCount } from './figures-in-words.ts';

type Slot = Overview['slots'][number];

const perSlot = 2;

/** The last hour. The slot that is not over yet would look like a drop. */
export function Charts({ overview }: { overview: Overview }) {
  const slots = overview.slots.slice(0, -1);
  return (
    <SimpleGrid component="section" cols={{ base: 1, lg: 2 }} mb="md" aria-label="The last hour">
      <Events slots={slots} />
      <Deliveries slots={slots} />
      <Durations slots={slots} />
      <Backlog slots={slots} />
    </SimpleGrid>
  );
}

interface Slots {
  slots: readonly Slot[];
}

function Events({ slots }: Slots) {
  const data = slots.map(({ from, accepted, duplicate, ignored, rejected, errors }) => ({
    time: clockTime(from),
    accepted: accepted * perSlot,
    other: (duplicate + ignored) * perSlot,
    rejected: rejected * perSlot,
    errors: errors * perSlot,
  }));
  return (
    <Chart
      title="Events"
      about="What came in, per minute"
      summary={`Of the last hour: ${sums(slots, ['accepted', 'duplicate', 'ignored', 'rejected', 'errors'])}. ${busiest(slots, 'accepted')}`}
    >
      <AreaChart
        {...overTime}
        data={data}
        type="stacked"
        series={[
          { name: 'accepted', color: 'blue.6' },
          { name: 'other', label: 'duplicate, ignored', color: 'gray.6' },
          { name: 'rejected', color: 'orange.6' },
          { name: 'errors', label: 'not stored', color: 'red.7' },
        ]}
        {...counting}
      />
    </Chart>
  );
}

function Deliveries({ slots }: Slots) {
  const data = slots.map(({ from, delivered, failed }) => ({
    time: clockTime(from),
    delivered: delivered * perSlot,
    failed: failed * perSlot,
  }));
  return (
    <Chart
      title="Deliveries"
      about="What went out, per minute"
      summary={`Of the last hour: ${sums(slots, ['delivered', 'failed'])}. ${busiest(slots, 'delivered')}`}
    >
      <AreaChart
        {...overTime}
        data={data}
        type="stacked"
        series={[
          { name: 'delivered', color: 'teal.6' },
          { name: 'failed', label: 'failed calls', color: 'red.7' },
        ]}
        {...counting}
      />
    </Chart>
  );
}

function Durations({ slots }: Slots) {
  const data = slots.map(({ from, store_p99_ms: store, delivery_p99_ms: delivery }) => ({
    time: clockTime(from),
    store: store ?? null,
    delivery: delivery ?? null,
  }));
  const ticks = decades(data.flatMap(({ store, delivery }) => [store ?? 1, delivery ?? 1]));
  return (
    <Chart
      title="Durations"
      about="99 of 100 within (p99); each line of the grid is ten times the one below"
      summary={`Of the last hour, at worst: storing ${worst(slots, 'store_p99_ms')}, delivering ${worst(slots, 'delivery_p99_ms')}.`}
    >
      <LineChart
        {...overTime}
        data={data}
        connectNulls={false}
        curveType="linear"
        dotProps={{ r: 2 }}
        series={[
          { name: 'store', label: 'storing', color: 'blue.6' },
          { name: 'delivery', label: 'delivering', color: 'teal.6' },
        ]}
        valueFormatter={duration}
        yAxisProps={{ ...overTime.yAxisProps, scale: 'log', domain: [1, ticks.at(-1) ?? 10], ticks }}
      />
    </Chart>
  );
}

function Backlog({ slots }: Slots) {
  const data = slots.map(({ from, oldest_waiting_seconds: seconds }) => ({ time: clockTime(from), seconds }));
  const oldest = Math.max(...data.map(({ seconds }) => seconds));
  const summary =
    oldest === 0
      ? 'In the last hour none waited for a second.'
      : `In the last hour it came to ${duration(oldest * 1_000)}.`;
  return (
    <Chart title="Backlog" about="Age of the oldest delivery that waits at a gateway" summary={summary}>
      <AreaChart
        {...overTime}
        data={data}
        curveType="linear"
        withDots={false}
        series={[{ name: 'seconds', label: 'oldest delivery', color: 'orange.6' }]}
        valueFormatter={(seconds) => (seconds === 0 ? '0 s' : duration(seconds * 1_000))}
      />
    </Chart>
  );
}

const counting = {
  curveType: 'linear',
  withDots: false,
  fillOpacity: 0.35,
  valueFormatter: shortCount,
  yAxisProps: { ...overTime.yAxisProps, allowDecimals: false },
} as const;

/** 1, 10, 100 and so on, up to the first that nothing is above. */
function decades(values: readonly number[]): number[] {
  const highest = Math.max(10, ...values);
  return Array.from({ length: Math.ceil(Math.log10(highest)) + 1 }, (_, power) => 10 ** power);
}

type Counted = 'accepted' | 'duplicate' | 'ignored' | 'rejected' | 'errors' | 'delivered' | 'failed';

const sums = (slots: readonly Slot[], names: readonly Counted[]): string =>
  names.map((name) => `${slots.reduce((sum, slot) => sum + slot[name], 0)} ${words[name] ?? name}`).join(', ');

const words: Partial<Record<Counted, string>> = { errors: 'not stored', failed: 'failed calls' };

function busiest(slots: readonly Slot[], name: Counted): string {
  const top = slots.reduce<Slot | undefined>(
    (best, slot) => (slot[name] > (best?.[name] ?? 0) ? slot : best),
    undefined,
  );
  return top ? `Most at ${clockTime(top.from)}: ${perMinute(top[name], 30)} per minute.` : '';
}

function worst(slots: readonly Slot[], name: 'store_p99_ms' | 'delivery_p99_ms'): string {
  const known = slots.flatMap((slot) => slot[name] ?? []);
  return known.length > 0 ? duration(Math.max(...known)) : 'nothing measured';
}
