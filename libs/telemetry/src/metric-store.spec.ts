import { describe, expect, it } from 'vitest';
import { instruments } from './instruments.ts';
import { createMetricStore } from './metric-store.ts';
import { prometheusText } from './prometheus-text.ts';

const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
const event = { kind: 'http', connector: 'webhook', outcome: 'accepted' };

function open(activeSpan: typeof span | undefined = undefined) {
  const store = createMetricStore({ now: () => 1_700_000_000_123, activeSpan: () => activeSpan });
  return { store, text: (format: 'text' | 'openmetrics' = 'text') => prometheusText(store.collect(), format) };
}

describe('the instrument table', () => {
  it.each(Object.entries(instruments))('names %s as Prometheus asks for', (name, { kind, unit, labels }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    if (unit !== 'count') expect(name).toMatch(new RegExp(`_${unit}$`));
    for (const label of labels) expect(label).toMatch(/^(?!le$)[a-z_]+$/);
  });
});

describe('metrics', () => {
  it('count by label values, whatever order they are written in', () => {
    const { store, text } = open();
    store.count('ingress_events_total', event);
    store.count('ingress_events_total', { outcome: 'accepted', connector: 'webhook', kind: 'http' }, 2);
    store.count('ingress_events_total', { ...event, outcome: 'duplicate' });
    expect(text().split('\n').slice(1)).toEqual([
      '# TYPE trunkline_ingress_events_total counter',
      'trunkline_ingress_events_total{kind="http",connector="webhook",outcome="accepted"} 3',
      'trunkline_ingress_events_total{kind="http",connector="webhook",outcome="duplicate"} 1',
      '',
    ]);
  });

  it('of which series come and go are all that there are when somebody looks, and none after the end', () => {
    const { store, text } = open();
    let parked = [{ labels: { kind: 'slack', connector: 'a' }, value: 2 }];
    const forget = store.watchAll('deliveries_parked', () => parked);
    expect(text()).toContain('trunkline_deliveries_parked{kind="slack",connector="a"} 2');
    parked = [{ labels: { kind: 'slack', connector: 'b' }, value: 1 }];
    expect(text()).toContain('trunkline_deliveries_parked{kind="slack",connector="b"} 1');
    expect(text()).not.toContain('connector="a"');
    forget();
    expect(text()).not.toContain('deliveries_parked');
  });

  it('sort a value into every bucket it fits', () => {
    const { store, text } = open();
    for (const seconds of [0.0005, 0.001, 0.3, 1e6]) store.observe('routing_lag_seconds', seconds, {});
    const buckets = [...text().matchAll(/_bucket\{le="([^"]+)"\} (\d+)/g)].map(([, le, count]) => `${le}:${count}`);
    expect(buckets[0]).toBe('0.001:2');
    expect(buckets).toContain('0.25:2');
    expect(buckets).toContain('0.5:3');
    expect(buckets.slice(-2)).toEqual(['300:3', '+Inf:4']);
    expect(text()).toContain('trunkline_routing_lag_seconds_count 4');
    expect(text()).toContain('trunkline_routing_lag_seconds_sum 1000000.3015');
  });

  it('read watched gauges when somebody looks, and leave out what has no value', () => {
    const { store, text } = open();
    let age: number | undefined = 5;
    const stop = store.watch('backlog_age_seconds', { kind: 'slack', connector: 'team' }, () => age);
    expect(text()).toContain('trunkline_backlog_age_seconds{kind="slack",connector="team"} 5');
    age = undefined;
    expect(text()).not.toContain('connector="team"');
    age = 6;
    stop();
    expect(text()).not.toContain('connector="team"');
  });

  it('forget the series of a connector that is gone', () => {
    const { store, text } = open();
    store.set('sidecar_up', 1, { connector: 'a' });
    store.set('sidecar_up', 1, { connector: 'b' });
    store.forget('sidecar_up', { connector: 'a' });
    expect(text()).not.toContain('connector="a"');
    expect(text()).toContain('connector="b"');
  });

  it('stay bounded, and lose no count, when a label runs wild', () => {
    const { store, text } = open();
    for (let index = 0; index < 5000; index += 1)
      store.count('auth_failures_total', { kind: 'http', connector: `c${index}` });
    const counts = [...text().matchAll(/^trunkline_auth_failures_total\{.*\} (\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
    expect(counts).toHaveLength(1001);
    expect(counts.reduce((sum, count) => sum + count)).toBe(5000);
    expect(text()).toContain('trunkline_auth_failures_total{kind="other",connector="other"} 4000');
  });

  it('escape what stands in a label', () => {
    const { store, text } = open();
    store.set('sidecar_up', 1, { connector: 'a"b\\c\nd' });
    expect(text()).toContain('{connector="a\\"b\\\\c\\nd"} 1');
  });
});

describe('exemplars', () => {
  it('lead from a slow bucket to a trace, in the format that can carry them', () => {
    const { store, text } = open(span);
    store.observe('store_duration_seconds', 0.3, { kind: 'http', outcome: 'stored' });
    expect(text('openmetrics')).toContain(
      `_bucket{kind="http",outcome="stored",le="0.5"} 1 # {trace_id="${span.traceId}",span_id="${span.spanId}"} 0.3 1700000000.123\n`,
    );
    expect(text()).not.toContain(' # {');
  });

  it('do not point at a trace that nobody keeps', () => {
    const { store, text } = open({ ...span, sampled: false });
    store.observe('routing_lag_seconds', 0.3, {});
    expect(text('openmetrics')).not.toContain('trace_id');
  });

  it('come in a text that ends, and names counters, as OpenMetrics asks for', () => {
    const { store, text } = open();
    store.count('bus_reconnects_total', {});
    expect(text('openmetrics')).toMatch(
      /# TYPE trunkline_bus_reconnects counter\ntrunkline_bus_reconnects_total 1\n# EOF\n$/,
    );
  });
});
