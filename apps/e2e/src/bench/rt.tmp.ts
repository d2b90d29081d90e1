import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { streamUsage } from '@trunkline/bus';
import { startInstallation } from '../installation.ts';
import { makeSessions, storeEvents } from './existing-sessions.ts';
import { benchConnectors } from './signed-requests.ts';
const cpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 10000; };
const inst = await startInstallation({ connectors: benchConnectors, gateways: 0, logLevel: 'info', ...(process.env.RM && { mains: { 'session-router': process.env.RM } }) });
await makeSessions(1000, inst.bus);
const turns = async () => (await streamUsage(inst.bus)).get('tl_TURNS')?.messages ?? 0;
const r = inst.process('session-router-1');
for (let k = 0; k < 3; k++) { const b = await turns(); r.pause(); await storeEvents({ run: `r${k}`, count: 4000, pick: () => Math.floor(Math.random() * 1000) }, inst.bus); const a = cpu(r.pid), n = cpu(inst.nats.pid), t = performance.now(); r.resume(); while ((await turns()) < b + 4000) await sleep(50);
 console.log('wall', ((performance.now() - t) / 4).toFixed(0), 'us/event, router cpu', (cpu(r.pid) - a) / 4000, 'nats cpu', (cpu(inst.nats.pid) - n) / 4000); }
await inst.stop(); await inst[Symbol.asyncDispose](); process.exit(0);
