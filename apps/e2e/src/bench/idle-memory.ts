import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDir } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { significant } from './arithmetic.ts';
import { bundle, deployedEnv } from './bundle.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

/** Resident memory of each bundled service five seconds after it became ready. */
export async function measureIdleMemory({ say }: BenchContext): Promise<Row[]> {
  await using folder = await tempDir('trunkline-bundle-');
  const mains = await bundle(folder.path);
  await using installation = await startInstallation({
    connectors: benchConnectors,
    mains,
    slackGateways: 1,
    telegramGateways: 1,
    externalGateways: 1,
    logLevel: 'info',
    env: deployedEnv,
  });
  say('idle for 5 s ...');
  await sleep(5_000);
  return installation.processes.map(({ name, pid }) => ({
    name: `idle RSS ${name.replace(/-\d+$/, '')}`,
    value: significant(residentKib(pid) / 1024),
    unit: 'MiB',
    target: '< 110',
  }));
}

const residentKib = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
