import { consume } from '@trunkline/consumer-sdk';
import { startInstallation } from '../installation.ts';
import { openConnection } from './http-connection.ts';
import { median } from './arithmetic.ts';
import { benchConnectors, requestBytes } from './signed-requests.ts';
const inst = await startInstallation({ connectors: benchConnectors, logLevel: 'info', ...(process.env.RM && { mains: { 'session-router': process.env.RM } }) });
const got = new Map<string, number>(); let wake: any;
const c = await consume({ group: 'bench', servers: inst.nats.url }, (turn) => { got.set(turn.event.id, performance.timeOrigin + performance.now()); wake?.(); return Promise.resolve(); });
const conn = await openConnection(Number(new URL(inst.gatewayUrls[0]!).port));
const sent: any[] = [];
const now = () => performance.timeOrigin + performance.now();
for (let n = 0; n < 300; n++) { const id = `x${n}`; const r = requestBytes({ id, conversation: n % 100 }, 'h'); const t = now(); const w = new Promise<void>((r) => (wake = r)); await conn.send(r); const a = now(); await w; await new Promise((r) => setTimeout(r, 10)); sent.push({ id, t, a }); }
const times = async (s: any, f: string) => { const m = new Map<number, string>(); const r = await inst.bus.follow(s, f, { from: { seq: 1 } }); let left = r.pending; const out: any[] = []; for await (const x of r.messages) { out.push(x); if (--left === 0) break; } await r.stop(); return out; };
const nano = async (stream: string) => { const out: { id: string; at: number }[] = []; for (let seq = 1; seq <= 300; seq++) { const m = await inst.bus.connection.request(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ seq })); const ts = m.headers!.get('Nats-Time-Stamp'); const j: any = m.json(); const [d, frac = ''] = ts.replace('Z', '').split('.'); out.push({ id: j.event?.id ?? j.id, at: Date.parse(d + 'Z') + Number('0.' + frac) * 1000 }); } return new Map(out.map((x) => [x.id, x.at])); };
const ev = await nano('tl_EVENTS'), tu = await nano('tl_TURNS');
const s = sent.slice(100);
console.log('post->stored', median(s.map((x) => ev.get(x.id)! - x.t)), 'post->answer', median(s.map((x) => x.a - x.t)), 'stored->turn', median(s.map((x) => tu.get(x.id)! - ev.get(x.id)!)), 'turn->consumer', median(s.map((x) => got.get(x.id)! - tu.get(x.id)!)));
await c.drain(); await inst.stop(); await inst[Symbol.asyncDispose](); process.exit(0);
