/**
 * Runs a program for as long as standard input stays open: `node run-until-closed.mjs PROGRAM ARGS...`
 *
 * A supervisor that is killed cannot stop its children; the pipe to it closes in any case. For programs that are not ours and do
 * not watch it themselves.
 */
import { spawn } from 'node:child_process';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Usage: node run-until-closed.mjs PROGRAM ARGS...');
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const stop = () => child.kill('SIGTERM');

process.stdin.resume();
process.stdin.on('end', stop);
process.stdin.on('error', stop);
process.on('SIGTERM', stop);
// Ctrl-C reaches the whole process group; whoever runs us decides when this program may go.
process.on('SIGINT', () => {});
child.on('error', (error) => {
  console.error(`${program}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
