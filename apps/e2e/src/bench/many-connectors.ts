import { createControlClient, type ControlClient } from '@trunkline/control-api';
import { waitFor } from '@trunkline/testing';
import { adminToken, startInstallation, type Installation } from '../installation.ts';
import { percentile, significant } from './arithmetic.ts';
import type { BenchContext, Row } from './row.ts';

const writersAtOnce = 32;

/** What many connectors cost: a page of their list, a gateway's start, and a change until the gateway goes by it. */
export async function measureManyConnectors({ quick, say }: BenchContext): Promise<Row[]> {
  const count = quick ? 1_000 : 10_000;
  await using installation = await startInstallation({
    connectors: '',
    routers: 0,
    controlPlanes: 1,
    logLevel: 'info',
  });
  const [url = ''] = installation.controlUrls;
  const control = createControlClient({ url, token: adminToken });
  const { value: perSecond } = await makeConnectors(count, control);
  say(`${count} connectors made, ${Math.round(perSecond)} a second`);
  const pageMs = await listed(control, { count, requests: quick ? 200 : 1_000 });
  const filteredMs = await listed(control, { count, requests: 100, query: { state: 'degraded' } });
  say(`list p99 ${percentile(pageMs, 0.99).toFixed(1)} ms; by state ${percentile(filteredMs, 0.99).toFixed(1)} ms`);

  const startMs = await restarted(installation);
  say(`gateway ready ${startMs.toFixed(0)} ms after its start`);
  const liveMs: number[] = [];
  for (let round = 0; round < 20; round++) liveMs.push(await changeLive(round * 7, { control, installation }));
  say(`change live after ${liveMs.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  return [
    {
      name: 'list of 10,000 connectors p99',
      value: significant(percentile(pageMs, 0.99)),
      unit: 'ms',
      target: '< 100',
    },
    { name: 'the same by state p99', value: significant(percentile(filteredMs, 0.99)), unit: 'ms', target: '< 100' },
    { name: 'gateway start with 10,000 connectors', value: significant(startMs), unit: 'ms', target: '< 5000' },
    {
      name: 'change live among 10,000, slowest of 20',
      value: significant(Math.max(...liveMs)),
      unit: 'ms',
      target: '< 2000',
    },
  ];
}

const nameOf = (n: number) => `many-${String(n).padStart(5, '0')}`;
const at = (n: number) => ({ params: { kind: 'http', name: nameOf(n) } }) as const;

/** Each with a secret of its own. */
async function makeConnectors(count: number, control: ControlClient): Promise<{ value: number }> {
  const startedAt = performance.now();
  let next = 0;
  const writer = async () => {
    while (next < count) {
      const n = next++;
      await control.call('putConnector', { ...at(n), body: { bearer_token: { value: `token-of-${n}` } } });
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, writer));
  return { value: (count * 1_000) / (performance.now() - startedAt) };
}

/** Milliseconds of each request for a page somewhere in the list. */
async function listed(
  control: ControlClient,
  wanted: { count: number; requests: number; query?: { state: 'degraded' } },
): Promise<number[]> {
  const took: number[] = [];
  for (let request = 0; request < wanted.requests; request++) {
    const cursor = `http/${nameOf(Math.floor(Math.random() * wanted.count))}`;
    const startedAt = performance.now();
    await control.call('listConnectors', { query: { ...wanted.query, cursor } });
    took.push(performance.now() - startedAt);
  }
  return took;
}

async function restarted(installation: Installation): Promise<number> {
  const gateway = installation.process('http-gateway-1');
  await gateway.stop();
  const startedAt = performance.now();
  gateway.start();
  await gateway.ready();
  return performance.now() - startedAt;
}

/** Rotates the secret of a connector, without grace: from the request to the first event that the new one lets in. */
async function changeLive(n: number, parts: { control: ControlClient; installation: Installation }): Promise<number> {
  const token = `rotated-${n}-${Math.random()}`;
  const startedAt = performance.now();
  await parts.control.call('putConnector', { ...at(n), body: { bearer_token: { value: token, grace_seconds: 0 } } });
  const [gateway = ''] = parts.installation.gatewayUrls;
  const isLive = async () => {
    const response = await fetch(`${gateway}/v1/connectors/http/${nameOf(n)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=0' },
      body: JSON.stringify({ content: 'x', binding_keys: ['x'] }),
    });
    await response.arrayBuffer();
    return response.ok;
  };
  await waitFor(isLive, { what: `the rotation of ${nameOf(n)}`, timeoutMs: 60_000 });
  return performance.now() - startedAt;
}
