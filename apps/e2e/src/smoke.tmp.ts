import { startInstallation } from './installation.ts';
const connectors = `
[[http_connectors]]
name = "chaos"
bearer_token = "0123456789abcdef0123456789abcdef"
allow_private_network = true
allow_payload_reply_targets = true
ingress_events_per_second = 100000
`;
const t = performance.now();
await using it = await startInstallation({ connectors, routers: 1, gateways: 1, consumers: 1, logLevel: 'info', mains: { 'http-gateway': '/work/main/apps/e2e/tmp-gw/main.ts' } });
console.log('ready', performance.now() - t);
const r = await fetch(`${it.gatewayUrls[0]}/v1/connectors/http/chaos`, { method: 'POST', headers: { authorization: 'Bearer 0123456789abcdef0123456789abcdef', 'content-type': 'application/json' }, body: JSON.stringify({ binding_keys: ['a'], content: 'hi', idempotency_key: 'k1', reply_targets: [{ type: 'http', url: 'http://127.0.0.1:9/c/1' }] }) });
console.log(r.status, await r.text());
await new Promise((r) => setTimeout(r, 3000));
console.log(it.tails(10));
console.log(await it.stop());
