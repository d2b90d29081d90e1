import { LineChart } from '@mantine/charts';
import type { Overview } from '@trunkline/control-api';
import { Chart, clockTime, overTime } from './chart.tsx';
import { duration } from '../../parts/figures-in-words.ts';

type Slot = Overview['slots'][number];

const series = [
  { name: 'store', label: 'storing', color: 'blue.6' },
  { name: 'delivery', label: 'delivering', color: 'teal.6' },
];

/** How long it took, where anything was measured: milliseconds and minutes in one, so each line of the grid is ten times the one below. */
export function DurationsChart({ slots }: { slots: readonly Slot[] }) {
  const data = slots.map(({ from, store_p99_ms: store, delivery_p99_ms: delivery }) => ({
    time: clockTime(from),
    store: store ?? null,
    delivery: delivery ?? null,
  }));
  const ticks = decades(data.flatMap(({ store, delivery }) => [store ?? 1, delivery ?? 1]));
  const summary = `In the last hour, at worst: storing ${worst(slots, 'store_p99_ms')}, delivering ${worst(slots, 'delivery_p99_ms')}.`;
  return (
    <Chart title="Durations" about="What 99 of 100 stayed within (p99)" summary={summary} series={series}>
      <LineChart
        {...overTime}
        data={data}
        connectNulls={false}
        dotProps={{ r: 1.5 }}
        strokeWidth={1.5}
        series={series}
        valueFormatter={duration}
        yAxisProps={{ ...overTime.yAxisProps, scale: 'log', domain: [1, ticks.at(-1) ?? 1], ticks }}
      />
    </Chart>
  );
}

/** 1, 10, 100 and so on, up to the first that nothing is above. */
function decades(values: readonly number[]): number[] {
  const highest = Math.max(1_000, ...values);
  return Array.from({ length: Math.ceil(Math.log10(highest)) + 1 }, (_, power) => 10 ** power);
}

function worst(slots: readonly Slot[], name: 'store_p99_ms' | 'delivery_p99_ms'): string {
  const known = slots.flatMap((slot) => slot[name] ?? []);
  return known.length > 0 ? duration(Math.max(...known)) : 'nothing measured';
}
