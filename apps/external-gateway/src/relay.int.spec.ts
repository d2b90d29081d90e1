import { openBus } from '@trunkline/bus';
import type { StepOutcome } from '@trunkline/deliveries';
import type { Delivery } from '@trunkline/events';
import { startNats } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { openRelay, type RelayedStep } from './relay.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const delivery: Delivery = {
  v: 1,
  delivery_id: 'dlv_1',
  output_id: 'o',
  session_id: 's',
  target: { type: 'external', connector: 'side', route: 'room' },
  output: { output_id: 'o', session_id: 's', content: 'Hello' },
  created_at: '2026-01-02T03:04:05.000Z',
  expires_at: '2026-01-03T03:04:05.000Z',
};

describe('replicas', () => {
  it('hand steps of deliveries to each other, and do not wait for ever', async () => {
    await using nats = await startNats();
    const buses = await Promise.all(['one', 'two'].map((name) => openBus({ servers: nats.url, name }, quiet)));
    const served: RelayedStep[] = [];
    const outcomes: StepOutcome[] = [
      { outcome: 'delivered', status: 200 },
      { outcome: 'retry', code: 'http_429', reason: 'Later.', afterMs: 5000, status: 429 },
    ];
    const [one, two] = buses.map((bus, at) =>
      openRelay({
        ...{ bus, instance: `i${at}`, timeoutMs: 300 },
        serve(step) {
          served.push(step);
          const outcome = outcomes.shift();
          return outcome ? Promise.resolve(outcome) : new Promise(() => {});
        },
      }),
    );
    await Promise.all(buses.map((bus) => bus.flush()));
    const ask = (gateway: string, signal = new AbortController().signal) =>
      one?.ask(gateway, { delivery, deliveryId: 'dlv_1.r1', attempt: 4, traceparent: '00-a-b-01' }, signal);

    expect(await ask('i1')).toEqual({ outcome: 'delivered', status: 200 });
    expect(served).toEqual([{ delivery, deliveryId: 'dlv_1.r1', attempt: 4, traceparent: '00-a-b-01' }]);
    expect(await ask('i1')).toMatchObject({ outcome: 'retry', afterMs: 5000 });
    expect(await ask('i1')).toMatchObject({ outcome: 'unknown', code: 'relay_silent' });
    expect(await ask('nobody')).toMatchObject({ outcome: 'unknown', code: 'relay_silent' });
    const stopped = new AbortController();
    const asked = ask('i1', stopped.signal);
    stopped.abort();
    expect(await asked).toMatchObject({ outcome: 'unknown' });
    one?.stop();
    two?.stop();
    await Promise.all(buses.map((bus) => bus.close()));
  });
});
