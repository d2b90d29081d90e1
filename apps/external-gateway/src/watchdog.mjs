// Holds the process group of one child of the gateway, and kills it when the gateway is gone: when its pipe closes (killed) or what it
// allowed is over (stopped, or cut off from its lease). It must hold while the gateway does nothing at all, so it is a process of its own.
//
// Standard input, one JSON document a line: first {command, args, cwd, env, until}, then {until}, {stop: graceMs} or "kill". The child
// may live until then, in milliseconds of the machine's monotonic clock.
// Descriptor 3, the same way: {pid}, then {ended: {code, signal, why}} or {failed: code}.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

let child;
let until = Infinity;
let why = 'exited';

// A signal that a terminal sends to all is not for us: the gateway says when to stop.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});

function report(document) {
  try {
    writeSync(3, `${JSON.stringify(document)}\n`);
  } catch {
    // Nobody reads any more.
  }
}

/** To the whole group; nothing when none of it is left. */
function send(signal) {
  try {
    if (child?.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Gone.
  }
}

function end(cause, signal = 'SIGKILL') {
  if (why === 'exited') why = cause;
  if (child === undefined) process.exit(0);
  send(signal);
}

function start({ command, args, cwd, env }) {
  child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  child.once('spawn', () => report({ pid: child.pid }));
  child.once('error', (error) => {
    report({ failed: error.code ?? 'UNKNOWN' });
    process.exit(0);
  });
  child.once('exit', (code, signal) => {
    // What it started and left behind goes with it.
    send('SIGKILL');
    report({ ended: { code, signal, why } });
    process.exit(0);
  });
}

function stop(graceMs) {
  end('stopped', 'SIGTERM');
  setTimeout(() => send('SIGKILL'), graceMs);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const said = JSON.parse(line);
  until = said.until ?? until;
  if (child === undefined) start(said);
  else if (said === 'kill') end('killed');
  else if (said.stop !== undefined) stop(said.stop);
});
for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => end('gateway_gone'));
setInterval(() => {
  if (Number(process.hrtime.bigint() / 1_000_000n) > until) end('gateway_silent');
}, 100);
