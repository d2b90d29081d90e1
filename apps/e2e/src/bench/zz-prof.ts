import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { startInstallation } from '../installation.ts';
import { externalConnectors } from './external-requests.ts';
import { startLoadGenerator } from './load.ts';

const kind = (process.argv[2] ?? 'external_batch') as 'external';
const prof = process.argv[3];
const rounds = Number(process.argv[4] ?? 3);
await using installation = await startInstallation({
  connectors: externalConnectors, routers: 0, gateways: 0, externalGateways: 1, logLevel: 'info',
  env: prof ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${prof} --cpu-prof-interval=500` } : process.env["GWOPT"] ? { NODE_OPTIONS: process.env["GWOPT"] } : {},
});
await using load = await startLoadGenerator();
const gw = installation.process('external-gateway-1').pid;
const nats = Number(execFileSync('sh', ['-c', `ps -eo pid,ppid,comm | awk '$2==${process.pid} && /nats/ {print $1}'`]).toString().trim());
const cpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) / 100; };
const port = Number(new URL(installation.gatewayUrlsOf('external')[0] ?? '').port);
const order = { kind, port, connections: 32, conversations: 1000, count: kind === 'external' ? 15000 : 600 };
const f = kind === 'external' ? 1 : 64;
const per = (n: number) => (n * f).toFixed(0);
await load.run({ ...order, run: 'warm', durationMs: 60_000 });
for (let r = 0; r < rounds; r++) {
  const [g0, n0, t0] = [cpu(gw), cpu(nats), performance.now()];
  const res = await load.run({ ...order, count: kind === 'external' ? 40000 : 1500, run: `r${r}`, durationMs: 4000 });
  const s = (performance.now() - t0) / 1000;
  const ev = res.answered * f;
  console.log(`${per(res.perSecond)} ev/s p50 ${res.p50Ms.toFixed(1)} gateway us/ev ${((cpu(gw) - g0) / ev * 1e6).toFixed(1)} nats us/ev ${((cpu(nats) - n0) / ev * 1e6).toFixed(1)} wall ${s.toFixed(2)}`);
}
await installation.stop(); if (process.env["TAIL"]) console.log(installation.tails(4000).split("\n").filter((l) => /ms: /.test(l)).slice(-Number(process.env["TAIL"])).join("\n"));
