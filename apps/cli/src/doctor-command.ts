import type { Command } from 'commander';
import { devConnectorsFile } from './add-connector.ts';
import type { CommandShared } from './command-shared.ts';
import { withServer } from './connect.ts';
import { withDevKey } from './dev-state.ts';
import { examine, type Finding } from './doctor.ts';
import { CommandFailed } from './exit-codes.ts';
import { printRows, type Terminal } from './terminal.ts';
import { withControl } from './with-control.ts';

/** `trunkline doctor`. */
export function addDoctor(program: Command, shared: CommandShared): void {
  program
    .command('doctor')
    .description(
      'look at configuration, keys, bus, streams, control plane, clock, processes and every platform; changes nothing',
    )
    .option(
      '--connectors-config <file>',
      'connectors file; default: CONNECTORS_CONFIG, else the one that `npm start` uses',
    )
    .addHelpText('after', '\nExample: trunkline doctor\n\nEnds with 1 when something failed.')
    .action(async (flags: { connectorsConfig?: string }) => {
      const { globals, env, terminal } = shared;
      const { stateDir } = globals();
      const findings = await examine({
        connectorsFile: flags.connectorsConfig ?? env['CONNECTORS_CONFIG'] ?? devConnectorsFile(stateDir),
        env: withDevKey(env, stateDir),
        onBus: (look) => withServer(globals(), look),
        onControl: (look) => withControl(globals(), env, look),
        now: Date.now,
      });
      tell(findings, terminal());
    });
}

function tell(findings: readonly Finding[], terminal: Terminal): void {
  if (terminal.json) printRows([...findings], [], terminal);
  else for (const finding of findings) terminal.out(lineOf(finding));
  const failed = findings.filter(({ outcome }) => outcome === 'failed').length;
  if (failed > 0) throw new CommandFailed(`${failed} ${failed === 1 ? 'check' : 'checks'} failed.`);
}

function lineOf({ check, outcome, detail, fix }: Finding): string {
  const line = `${outcome.padEnd(8)} ${check.padEnd(14)} ${detail}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(24)}${fix}`;
}
