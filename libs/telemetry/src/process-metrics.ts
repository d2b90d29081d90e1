import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

const nanosecondsPerSecond = 1e9;

/** Watches the memory and the event loop of this process. Returns what stops it. */
export function watchProcess(metrics: Metrics, startedAtMs: number): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.set('process_start_time_seconds', startedAtMs / 1000, {});
  const stops = [
    metrics.watch('process_resident_memory_bytes', {}, () => process.memoryUsage.rss()),
    metrics.watch('event_loop_delay_seconds', { quantile: '0.5' }, () => delay.percentile(50) / nanosecondsPerSecond),
    metrics.watch('event_loop_delay_seconds', { quantile: '0.99' }, () => delay.percentile(99) / nanosecondsPerSecond),
    // Read last: what follows counts towards the next reading.
    metrics.watch('event_loop_delay_seconds', { quantile: '1' }, () => {
      const longest = delay.max / nanosecondsPerSecond;
      delay.reset();
      return longest;
    }),
  ];
  return () => {
    delay.disable();
    for (const stop of stops) stop();
  };
}
