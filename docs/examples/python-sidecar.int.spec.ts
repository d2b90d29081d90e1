import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkSidecar, startMockGateway, startSidecarProcess } from '@trunkline/sidecar-sdk/conformance';
import { freePort } from '@trunkline/testing';
import { expect, it } from 'vitest';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.info('python3 is not here: the Python sidecar is not checked.');

it.runIf(hasPython)('the sidecar in Python keeps the protocol', { timeout: 120_000 }, async () => {
  await using gateway = await startMockGateway({ token: 'right-token', connector: 'mail' });
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...gateway.environment(url) };
  const command = `exec python3 '${join(import.meta.dirname, 'python-sidecar.py')}'`;
  await using running = startSidecarProcess({ command, env });
  let said: Promise<Response> | undefined;
  const report = await checkSidecar({
    ...{ url, gateway, process: running, eventsMs: 20_000 },
    // It has no platform of its own: somebody has to speak.
    onResult: () => void (said ??= fetch(`${url}/say/kitchen`, { method: 'POST', body: 'Hello' })),
  });
  expect((await said)?.status).toBe(200);
  expect(report.results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(report.passed).toBeGreaterThan(15);
});
