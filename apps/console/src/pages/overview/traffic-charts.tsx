import { AreaChart } from '@mantine/charts';
import type { Overview } from '@trunkline/control-api';
import { Chart, clockTime, overTime } from './chart.tsx';
import { duration, perMinute, shortCount } from '../../parts/figures-in-words.ts';

type Slot = Overview['slots'][number];
interface Slots {
  slots: readonly Slot[];
}

const slotSeconds = 30;
const aMinute = 60 / slotSeconds;

const counting = {
  type: 'stacked',
  withDots: false,
  fillOpacity: 0.75,
  // A line on top of the stack would have the colour of the last kind, also where there is none of it.
  strokeWidth: 0,
  valueFormatter: shortCount,
  yAxisProps: { ...overTime.yAxisProps, allowDecimals: false },
} as const;

const eventSeries = [
  { name: 'accepted', label: 'accepted', color: 'blue.6' },
  { name: 'other', label: 'duplicate, ignored', color: 'gray.6' },
  { name: 'rejected', label: 'rejected', color: 'orange.6' },
  { name: 'errors', label: 'not stored', color: 'red.7' },
];

/** What came in. */
export function EventsChart({ slots }: Slots) {
  const data = slots.map(({ from, accepted, duplicate, ignored, rejected, errors }) => ({
    time: clockTime(from),
    accepted: accepted * aMinute,
    other: (duplicate + ignored) * aMinute,
    rejected: rejected * aMinute,
    errors: errors * aMinute,
  }));
  const summary = `In the last hour ${sums(slots, ['accepted', 'duplicate', 'ignored', 'rejected', 'errors'])}.${busiest(slots, 'accepted')}`;
  return (
    <Chart title="Events" about="What came in, per minute" summary={summary} series={eventSeries}>
      <AreaChart {...overTime} {...counting} data={data} series={eventSeries} />
    </Chart>
  );
}

const deliverySeries = [
  { name: 'delivered', label: 'delivered', color: 'teal.6' },
  { name: 'failed', label: 'failed calls', color: 'red.7' },
];

/** What went out. */
export function DeliveriesChart({ slots }: Slots) {
  const data = slots.map(({ from, delivered, failed }) => ({
    time: clockTime(from),
    delivered: delivered * aMinute,
    failed: failed * aMinute,
  }));
  const summary = `In the last hour ${sums(slots, ['delivered', 'failed'])}.${busiest(slots, 'delivered')}`;
  return (
    <Chart title="Deliveries" about="What went out, per minute" summary={summary} series={deliverySeries}>
      <AreaChart {...overTime} {...counting} data={data} series={deliverySeries} />
    </Chart>
  );
}

const backlogSeries = [{ name: 'seconds', label: 'oldest delivery', color: 'orange.6' }];

/** What waits. */
export function BacklogChart({ slots }: Slots) {
  const data = slots.map(({ from, oldest_waiting_seconds: seconds }) => ({ time: clockTime(from), seconds }));
  const oldest = Math.max(...data.map(({ seconds }) => seconds));
  const came = oldest === 0 ? 'no delivery waited for a second' : `the oldest waited for ${duration(oldest * 1_000)}`;
  return (
    <Chart
      title="Backlog"
      about="How long the oldest delivery at the gateways waited"
      summary={`In the last hour ${came}.`}
      series={backlogSeries}
    >
      <AreaChart
        {...overTime}
        data={data}
        withDots={false}
        strokeWidth={1.5}
        series={backlogSeries}
        valueFormatter={(seconds) => duration(seconds * 1_000)}
      />
    </Chart>
  );
}

type Counted = 'accepted' | 'duplicate' | 'ignored' | 'rejected' | 'errors' | 'delivered' | 'failed';

const words: Partial<Record<Counted, string>> = { errors: 'not stored', failed: 'failed calls' };

const sums = (slots: readonly Slot[], names: readonly Counted[]): string =>
  names.map((name) => `${slots.reduce((sum, slot) => sum + slot[name], 0)} ${words[name] ?? name}`).join(', ');

function busiest(slots: readonly Slot[], name: Counted): string {
  const top = slots.reduce<Slot | undefined>(
    (best, slot) => (slot[name] > (best?.[name] ?? 0) ? slot : best),
    undefined,
  );
  return top ? ` Most at ${clockTime(top.from)}: ${perMinute(top[name], slotSeconds)} ${name} per minute.` : '';
}
