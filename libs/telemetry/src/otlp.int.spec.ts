import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startTelemetry } from './telemetry.ts';
import { traceparentOf } from './traceparent.ts';
import { startSpan, withSpan } from './tracing.ts';

interface Received {
  path: string;
  body: string;
}

async function startCollector() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString('latin1') });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const bodies = (path: string) =>
    received
      .filter((each) => each.path === path)
      .map(({ body }) => body)
      .join('');
  return { url: `http://127.0.0.1:${port}`, bodies, [Symbol.asyncDispose]: async () => void server.close() };
}

it('sends spans, with their parents and failures, and metrics to a collector when it stops at the latest', async () => {
  await using collector = await startCollector();
  const telemetry = await startTelemetry({
    service: 'test-service',
    version: '1',
    instance: 'i1',
    otlpEndpoint: `${collector.url}/`,
  });
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const failing = withSpan('outer', { parent, kind: 'server', attributes: { outcome: 'bad-luck' } }, async (outer) => {
    const inner = startSpan('inner', { links: [traceparentOf(outer), 'nonsense'] });
    expect([inner.traceId, inner.sampled]).toEqual(['0af7651916cd43dd8448eb211c80319c', true]);
    inner.end();
    telemetry.metrics.count('turns_total', { kind: 'http', connector: 'webhook' }, 7);
    telemetry.metrics.observe('routing_lag_seconds', 0.3, {});
    throw new Error('it broke');
  });
  await expect(failing).rejects.toThrow('it broke');
  await telemetry.stop();

  const spans = collector.bodies('/v1/traces');
  for (const text of ['outer', 'inner', 'test-service', 'bad-luck', 'it broke']) expect(spans).toContain(text);
  expect(Buffer.from(spans, 'latin1').toString('latin1')).toMatch(/0af7651916cd43dd8448eb211c80319c/);
  const metrics = collector.bodies('/v1/metrics');
  for (const text of ['trunkline_turns_total', 'trunkline_routing_lag_seconds', 'webhook', 'i1'])
    expect(metrics).toContain(text);
});

it('stops in a few seconds when the collector is away', async () => {
  const telemetry = await startTelemetry({ service: 'test', version: '1', otlpEndpoint: 'http://127.0.0.1:9' });
  await withSpan('lost', {}, () => undefined);
  const from = performance.now();
  await telemetry.stop();
  expect(performance.now() - from).toBeLessThan(8_000);
});
