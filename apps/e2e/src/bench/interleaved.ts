import type { LoadGenerator, LoadOrder, LoadResult } from './load.ts';
import type { BenchContext } from './row.ts';

const connections = 32;
const conversations = 1_000;
/** For the warm-up, so that all run compiled code; how many are signed for a run follows from what came of the warm-up. */
const warmUpEvents = 10_000;

/** Who gets the same load in turn, by name. */
export interface Contest {
  kind: LoadOrder['kind'];
  ports: Readonly<Record<string, number>>;
  load: LoadGenerator;
  context: BenchContext;
}

/** What came of it, in pairs that were measured in the same round. */
export interface Rounds {
  pairs(value: string, floor: string, figure: (result: LoadResult) => number): [number, number][];
  /** Of one of them, a figure for each round. */
  figures(name: string, figure: (result: LoadResult) => number): number[];
}

/** Posts to each in turn, several times over, after all were warm. Without a rate as fast as answers come. */
export async function interleaved(
  { kind, ports, load, context }: Contest,
  how: { name: string; rate?: number },
): Promise<Rounds> {
  const durationMs = context.quick ? 1_500 : 4_000;
  const order = (port: number, round: number | string): LoadOrder => ({
    kind,
    port,
    run: `${how.name}-${port}-${round}`,
    connections,
    conversations,
    durationMs,
    count: warmUpEvents,
    ...(how.rate !== undefined && { rate: how.rate }),
  });
  const contenders: { name: string; port: number; count: number; results: LoadResult[] }[] = [];
  for (const [name, port] of Object.entries(ports)) {
    const warm = await load.run({ ...order(port, 'warm'), durationMs: 60_000 });
    const fastest = how.rate ?? 3 * warm.perSecond;
    contenders.push({ name, port, count: Math.ceil((fastest * durationMs) / 1000), results: [] });
  }
  for (let round = 1; round <= (context.quick ? 3 : 5); round++) {
    const told: string[] = [];
    for (const { name, port, count, results } of contenders) {
      const result = await load.run({ ...order(port, round), count });
      results.push(result);
      told.push(`${name} ${tell(result)}`);
    }
    context.say(`${kind}, ${how.name} load ${round}: ${told.join(', ')}`);
  }
  const resultsOf = (name: string) => contenders.find((each) => each.name === name)?.results ?? [];
  return {
    figures: (name, figure) => resultsOf(name).map(figure),
    pairs: (value, floor, figure) => zip(resultsOf(value).map(figure), resultsOf(floor).map(figure)),
  };
}

const zip = (values: number[], others: number[]) =>
  values.map((value, index): [number, number] => [value, others[index] ?? Number.NaN]);

const tell = ({ perSecond, p50Ms, p99Ms }: LoadResult) =>
  `${perSecond.toFixed(0)}/s (p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms)`;
