import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { createSidecar } from '../create-sidecar.ts';
import { echo, quiet } from '../testing/echo.ts';
import { startRawSidecar } from '../testing/raw-sidecar.ts';
import { checkSidecar, conformanceChecks, SidecarUnreachableError, type ConformanceReport } from './check-sidecar.ts';
import { startMockGateway, type MockGateway } from './mock-gateway.ts';
import { startSidecarProcess } from './start-sidecar.ts';

const token = 'a shared token';
const credentials = { PLATFORM_TOKEN: 'secret' };
const main = join(import.meta.dirname, '../testing/raw-sidecar-main.ts');

const failures = ({ results }: ConformanceReport) => results.filter(({ outcome }) => outcome === 'failed');
const notSeen = ({ results }: ConformanceReport) =>
  results.filter(({ outcome }) => outcome === 'not_applicable').map(({ id }) => id);

/** Each way to break the protocol, by the check that has to see it. */
const broken: Record<string, string> = {
  manifest: 'protocol_version is a text',
  health: 'a status of its own invention',
  instance: 'another instance_id at each request',
  ready: 'it starts for ever',
  'auth-missing': 'no Authorization header is let through',
  'auth-wrong': 'the beginning of the token is enough',
  'deliver-answer': 'a status of its own invention',
  'deliver-in-time': 'it answers too late',
  'deliver-size': 'it answers at length',
  'deliver-unknown-fields': 'a field that it does not know is refused',
  'deliver-parts': 'text parts are refused',
  'deliver-again': 'a repeat is an error',
  'deliver-at-once': 'two at once are both said',
  'deliver-invalid-json': 'what is not JSON is to be sent again',
  'deliver-version': 'the version is not looked at',
  'attachment-fetched': 'the file is never fetched',
  'attachment-token': 'files are asked for with another token',
  'attachment-unavailable': 'a text without its file is committed',
  'event-shape': 'content is a number',
  'event-instance': 'events of another instance',
  'event-token': 'events with another token',
  'event-batch': '65 events in a batch',
  'retry-limited': 'a rate limit loses the event',
  'retry-unavailable': 'a 503 loses the event',
  'credential-token': 'credentials are leased with the shared token',
  'drain-delivery': 'SIGTERM cuts a delivery off',
  'drain-health': 'it stays ready while it drains',
  'drain-exit': 'it exits with another code than 0',
};

describe('checkSidecar', () => {
  it('finds nothing wrong with a sidecar of the SDK, and sees all that can be seen from inside one process', async () => {
    await using gateway = await startMockGateway({ token, credentials });
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    const env = gateway.environment(baseUrl);
    const sidecar = createSidecar({
      platform: 'echo',
      env,
      log: quiet,
      deliver: (delivery) => echo(sidecar, delivery),
    });
    await sidecar.start();
    await sidecar.credential('PLATFORM_TOKEN');
    const report = await checkSidecar({ url: baseUrl, gateway });
    expect(failures(report)).toEqual([]);
    expect(notSeen(report)).toEqual(['event-batch', 'drain-delivery', 'drain-health', 'drain-exit']);
    await sidecar.drain();
  });

  it('finds nothing wrong with a sidecar that was written without the SDK', async () => {
    const report = await check(undefined);
    expect(failures(report)).toEqual([]);
    // The suite may end before the batch comes.
    const missed = notSeen(report).filter((id) => id !== 'event-batch');
    expect(missed).toEqual(['drain-delivery', 'drain-health', 'drain-exit']);
  });

  it('judges no events where none came, no token where none is set and no process that it did not start', async () => {
    await using gateway = await startMockGateway();
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    const sidecar = createSidecar({
      platform: 'mute',
      capabilities: { attachments_out: false },
      env: gateway.environment(baseUrl),
      log: quiet,
      deliver: () => {},
    });
    await sidecar.start();
    const report = await checkSidecar({ url: baseUrl, gateway, eventsMs: 0 });
    expect(failures(report)).toEqual([]);
    expect(notSeen(report)).toHaveLength(15);
    await sidecar.drain();
  });

  it('has a broken sidecar for every check', () => {
    expect(Object.keys(broken)).toEqual(conformanceChecks.map(({ id }) => id));
  });

  it.each(Object.entries(broken).map(([id, because]) => ({ id, because })))('$id fails if $because', async ({ id }) => {
    const report = await check(id);
    const failed = failures(report).map((result) => result.id);
    expect(failed).toContain(id);
    // A check that fails with everything would say nothing: at most one other rule hangs on the same fault.
    expect(failed.length).toBeLessThanOrEqual(2);
  });

  it('says that nothing answers', async () => {
    await using gateway = await startMockGateway({ token });
    const url = `http://127.0.0.1:${await freePort()}`;
    const checked = checkSidecar({ url, gateway, times: { readyMs: 0 } });
    await expect(checked).rejects.toThrow(SidecarUnreachableError);
  });
});

async function check(id: string | undefined): Promise<ConformanceReport> {
  await using gateway = await startMockGateway({ token, credentials });
  const submits = id === undefined || /^(event|retry|credential)/.test(id);
  const times = {
    readyMs: id === 'ready' || id === 'health' ? 0 : 20_000,
    answerMs: id === 'deliver-in-time' ? 1_000 : 15_000,
    retryMs: 3_000,
  };
  if (id?.startsWith('drain')) return await checkProcess(id, gateway);
  const { credentialToken, connector } = gateway;
  await using sidecar = await startRawSidecar({
    gatewayUrl: gateway.url,
    connector,
    token,
    credentialToken,
    broken: id,
    submits,
  });
  return await checkSidecar({ url: sidecar.url, gateway, eventsMs: submits ? 3_000 : 0, times });
}

async function checkProcess(id: string, gateway: MockGateway): Promise<ConformanceReport> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { PATH: process.env.PATH, ...gateway.environment(url) };
  await using sidecar = startSidecarProcess({ command: `'${process.execPath}' '${main}' ${id}`, env });
  return await checkSidecar({ url, gateway, process: sidecar, eventsMs: 0 });
}
