import { startInstallation } from './installation.ts';
import { chaosConnectors, sendEvents } from './chaos/send-events.ts';
import { openReplyReceiver } from './chaos/reply-receiver.ts';
await using receiver = await openReplyReceiver();
await using it = await startInstallation({ connectors: chaosConnectors, routers: 2, gateways: 2, consumers: 2, logLevel: 'info' });
const record = { accepted: [], posts: 0, refused: [], sent: 0 } as never as import('./chaos/send-events.ts').SentEvents;
const t0 = performance.now();
const say = (s: string) => console.log(((performance.now() - t0) / 1000).toFixed(1), s);
const victim = process.argv[2] ?? 'consumer-1';
let batch = 0;
let outputs = 0;
void (async () => { const r = await it.bus.follow('OUTPUTS', 'tl.>', { from: { seq: 1 } }); for await (const _ of r.messages) outputs++; })();
let deliveries = 0;
void (async () => { const r = await it.bus.follow('DELIVERIES', 'tl.>', { from: { seq: 1 } }); for await (const _ of r.messages) deliveries++; })();
let turns = 0;
void (async () => { const r = await it.bus.follow('TURNS', 'tl.>', { from: { seq: 1 } }); for await (const _ of r.messages) turns++; })();
const send = () => sendEvents({ events: 60, conversations: 60, gatewayUrls: it.gatewayUrls, run: `b${batch++}`, targetOf: receiver.targetOf }, record, new AbortController().signal);
const until = async (what: string) => {
  const goal = record.accepted.length;
  const s = performance.now();
  let saidAt = s;
  while (receiver.distinct() < record.accepted.length) {
    await new Promise((r) => setTimeout(r, 50));
    if (performance.now() - saidAt > 2000) { saidAt = performance.now(); say(`  accepted ${record.accepted.length} turns ${turns} outputs ${outputs} deliveries ${deliveries} replies ${receiver.distinct()}`); }
    if (performance.now() - s > 90_000) { say('GIVING UP'); break; }
  }
  say(`${what}: caught up to ${goal} in ${((performance.now() - s) / 1000).toFixed(1)} s`);
};
await send(); await until('warm');
await send(); await until('steady');
await send(); await until('steady');
for (const v of victim.split(',')) {
  say(`kill ${v}`);
  if (v === 'nats') { await it.nats.kill(); await it.nats.restart(); } else if (v === 'none') {} else await it.process(v).kill();
  await send(); await until(`after ${v}`);
  await send(); await until('again');
}
if (process.env.TAILS) console.log(it.tails(40));
