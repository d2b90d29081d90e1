/**
 * Kills, freezes and restarts parts of a whole installation while events flow, and checks that none was lost, duplicated or misplaced.
 *
 *     npm run -s chaos -- --events 20000 --seed 1 [--conversations 200] [--faults 66] [--deadline 1800]
 *
 * The last line of standard output is one JSON object; exit 1 says that a promise was broken.
 */
import { parseArgs } from 'node:util';
import { runChaos } from './run-chaos.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    conversations: { type: 'string', default: '200' },
    faults: { type: 'string' },
    deadline: { type: 'string', default: '1800' },
  },
});

const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);

// Whatever hangs, this ends; what was started ends with this process.
setTimeout(
  () => {
    say(`not done within ${values.deadline} s`);
    process.exit(1);
  },
  Number(values.deadline) * 1000,
).unref();

const { report, violated, examples, tails } = await runChaos({
  events: wholeNumber('events', values.events),
  seed: wholeNumber('seed', values.seed),
  conversations: wholeNumber('conversations', values.conversations),
  ...(values.faults && { faults: wholeNumber('faults', values.faults) }),
  longPauses: true,
  stalledAfterMs: 120_000,
  say,
});
if (violated) say(`${tails}\n${examples.join('\n')}\nA promise was broken.`);
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = violated ? 1 : 0;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  say(`--${name} must be a whole number above 0`);
  return process.exit(2);
}
