import { join } from 'node:path';
import { checkSidecar, startMockGateway, startSidecarProcess } from '@trunkline/sidecar-sdk/conformance';
import { freePort, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';

it('echo-sidecar.ts keeps the protocol', async () => {
  await using gateway = await startMockGateway({ token: 'a shared token' });
  const [port, roomsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env.PATH, ROOMS_PORT: String(roomsPort), ...gateway.environment(url) };
  const command = `'${process.execPath}' '${join(import.meta.dirname, 'echo-sidecar.ts')}'`;
  await using sidecar = startSidecarProcess({ command, env });
  const said = waitFor(() => fetch(`http://127.0.0.1:${roomsPort}/lobby`, { method: 'POST', body: 'hello' }), {
    what: 'the room to open',
    timeoutMs: 20_000,
  });
  const report = await checkSidecar({ url, gateway, process: sidecar, route: '/lobby', eventsMs: 10_000 });
  const open = report.results.filter(({ outcome }) => outcome !== 'passed').map(({ id, found }) => ({ id, found }));
  expect(open).toEqual([
    { id: 'event-batch', found: 'no batch was posted' },
    { id: 'credential-token', found: 'no credential was asked for' },
  ]);
  expect(await (await said).json()).toMatchObject({ status: 'accepted' });
});
