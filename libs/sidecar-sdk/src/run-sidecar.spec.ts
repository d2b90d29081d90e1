import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { checkSidecar } from './conformance/check-sidecar.ts';
import { startMockGateway } from './conformance/mock-gateway.ts';
import { startSidecarProcess } from './conformance/start-sidecar.ts';

const main = join(import.meta.dirname, 'testing/echo-main.ts');

it('drains on SIGTERM: ends the delivery, leaves the platform, stores what it still said, and exits with 0', async () => {
  await using gateway = await startMockGateway({ token: 'a shared token' });
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { PATH: process.env.PATH, ...gateway.environment(url) };
  const command = `'${process.execPath}' '${main}'`;
  await using sidecar = startSidecarProcess({ command, env });
  const report = await checkSidecar({ url, gateway, process: sidecar });
  const drained = report.results.filter(({ id }) => id.startsWith('drain')).map(({ id, outcome }) => [id, outcome]);
  expect(drained).toEqual([
    ['drain-delivery', 'passed'],
    ['drain-health', 'passed'],
    ['drain-exit', 'passed'],
  ]);
  expect(gateway.events.at(-1)).toMatchObject({ eventId: 'left', answered: 'accepted' });
});
