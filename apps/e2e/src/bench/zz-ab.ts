import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, waitFor } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { externalConnectors } from './external-requests.ts';
import { startLoadGenerator } from './load.ts';
const rounds = Number(process.argv[2] ?? 4);
const [floor, port, ops] = [await freePort(), await freePort(), await freePort()];
await using installation = await startInstallation({
  connectors: externalConnectors, routers: 0, gateways: 0, externalGateways: 1, logLevel: 'info',
  extra: [
    { name: 'floor', main: join(import.meta.dirname, 'floor-server.ts'), args: [String(floor), 'http'] },
    { name: 'base', main: '/work/main/apps/external-gateway/src/main.ts', args: ['--port', String(port), '--ops-port', String(ops)], saysReady: false },
  ],
});
await waitFor(async () => (await fetch(`http://127.0.0.1:${ops}/readyz`).catch(() => undefined))?.ok, { what: 'base', timeoutMs: 30000 });
await using load = await startLoadGenerator();
const cpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) / 100; };
const mine = Number(new URL(installation.gatewayUrlsOf('external')[0] ?? '').port);
const who = [
  { name: 'floor', kind: 'external', port: floor, pid: installation.process('floor').pid, f: 1 },
  { name: 'base', kind: 'external_batch', port, pid: installation.process('base').pid, f: 64 },
  { name: 'mine', kind: 'external_batch', port: mine, pid: installation.process('external-gateway-1').pid, f: 64 },
  { name: 'base1', kind: 'external', port, pid: installation.process('base').pid, f: 1 },
  { name: 'mine1', kind: 'external', port: mine, pid: installation.process('external-gateway-1').pid, f: 1 },
].filter(({ name }) => !process.env['ONLY'] || process.env['ONLY'].split(',').includes(name));
for (const w of who) await load.run({ kind: w.kind as 'external', port: w.port, connections: 32, conversations: 1000, count: w.f === 1 ? 10000 : 500, run: `warm${w.name}`, durationMs: 60_000 });
const sums = new Map<string, number[]>();
for (let r = 0; r < rounds; r++) {
  const told: string[] = [];
  for (const w of who) {
    const c0 = cpu(w.pid);
    const res = await load.run({ kind: w.kind as 'external', port: w.port, connections: 32, conversations: 1000, count: w.f === 1 ? 45000 : 1300, run: `r${r}${w.name}`, durationMs: 3000 });
    const us = (cpu(w.pid) - c0) / (res.answered * w.f) * 1e6;
    told.push(`${w.name} ${(res.perSecond * w.f).toFixed(0)}/s ${us.toFixed(1)}us`);
    sums.set(w.name, [...(sums.get(w.name) ?? []), us]);
  }
  console.log(told.join('  '));
}
for (const [name, list] of sums) console.log(name, 'median us', list.sort((a, b) => a - b)[Math.floor(list.length / 2)]?.toFixed(1));
