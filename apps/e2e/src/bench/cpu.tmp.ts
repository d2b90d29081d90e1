import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { startLoadGenerator } from './load.ts';
import { benchConnectors } from './signed-requests.ts';
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(f[11]) + Number(f[12])) * 10000;
};
const floorPort = await freePort();
const floor = { name: 'floor', main: join(import.meta.dirname, 'floor-server.ts'), args: [String(floorPort)] };
const inst = await startInstallation({
  connectors: benchConnectors,
  routers: 0,
  logLevel: process.env.BL ?? 'info',
  extra: [floor],
});
const load = await startLoadGenerator();
const gport = Number(new URL(inst.gatewayUrls[0]!).port);
const n = Number(process.argv[2] ?? 8000);
for (let r = 0; r < Number(process.argv[3] ?? 3); r++)
  for (const [name, port, proc] of [
    ['gateway', gport, 'http-gateway-1'],
    ['floor', floorPort, 'floor'],
  ] as const) {
    const pid = inst.process(proc).pid;
    const a = cpu(pid),
      an = cpu(inst.nats.pid);
    const res = await load.run({
      port,
      run: `${name}${r}`,
      connections: 32,
      conversations: 1000,
      durationMs: 60000,
      count: n,
    });
    console.log(
      name,
      r,
      `${((cpu(pid) - a) / n).toFixed(1)} us/event self, ${((cpu(inst.nats.pid) - an) / n).toFixed(1)} us nats, ${res.perSecond.toFixed(0)}/s`,
    );
  }
await inst.stop();
await load[Symbol.asyncDispose]();
await inst[Symbol.asyncDispose]();
