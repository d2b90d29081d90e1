// A sidecar that does what its environment says. It notes its start, and whether an earlier one still runs, in the file STARTS.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { STARTS, BEHAVE = 'well', SAY = '', LEASE = '', GRANDCHILD = '', FLAG = '' } = process.env;
const url = new URL(process.env.TRUNKLINE_CONNECTOR_BASE_URL);

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0] !== 'Z';
  } catch {
    return false;
  }
}
const note = (fields) => appendFileSync(STARTS, `${JSON.stringify({ pid: process.pid, ...fields })}\n`);
const earlier = existsSync(STARTS) ? readFileSync(STARTS, 'utf8').trim().split('\n').filter(Boolean) : [];
const pids = [...new Set(earlier.map((line) => JSON.parse(line).pid))];
const grandchild = GRANDCHILD === '' ? undefined : spawn('sleep', ['600'], { stdio: 'ignore' }).pid;
note({ started: BEHAVE, overlap: pids.filter(isAlive), grandchild, env: Object.keys(process.env).sort() });

if (SAY !== '') console.log(SAY.replace('TOKEN', process.env.TRUNKLINE_CONNECTOR_SHARED_TOKEN ?? ''));
if (BEHAVE === 'crash') process.exit(3);
if (BEHAVE === 'stubborn') process.on('SIGTERM', () => note({ sigterm: true }));
else process.on('SIGTERM', () => process.exit(0));

async function lease() {
  const { TRUNKLINE_CONNECTOR_GATEWAY_URL: gateway, TRUNKLINE_CONNECTOR_NAME: name } = process.env;
  const token = process.env.TRUNKLINE_CONNECTOR_CREDENTIAL_TOKEN;
  const response = await fetch(`${gateway}/v1/connectors/external/${name}/credentials/${LEASE}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = await response.json();
  note({ lease: response.status, length: answer.value?.length, token });
  console.log(`leased ${answer.value} with ${token}`);
}

const deaf = () => BEHAVE === 'deaf' && existsSync(FLAG);
createServer((req, res) => {
  if (deaf()) return;
  const version = BEHAVE === 'wrong_version' ? 9 : 1;
  const instance_id = BEHAVE === 'wrong_instance' && req.url === '/health' ? 'other' : `child-${process.pid}`;
  const status = BEHAVE === 'starting' ? 'starting' : BEHAVE === 'degraded' ? 'degraded' : 'ready';
  const facts = { protocol_version: version, instance_id, status };
  let body = '';
  req.on('data', (chunk) => (body += chunk));
  req.on('end', () => {
    if (req.url === '/deliver') note({ delivered: JSON.parse(body).content, to: process.pid });
    res.end(JSON.stringify(req.url === '/deliver' ? { status: 'committed' } : facts));
  });
}).listen(Number(url.port), url.hostname, () => {
  if (LEASE !== '') void lease();
});
