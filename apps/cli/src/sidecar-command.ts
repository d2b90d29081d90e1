import { Option, type Command } from 'commander';
import { sidecarCheck, type SidecarCheckFlags } from './sidecar-check.ts';
import type { Terminal } from './terminal.ts';

/** What the commands below `sidecar` take from the program. */
interface SidecarShared {
  terminal(): Terminal;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  wholeNumber(text: string): number;
}

/** `trunkline sidecar`. */
export function addSidecar(program: Command, { terminal, env, signal, wholeNumber }: SidecarShared): void {
  program
    .command('sidecar')
    .description('processes that connect a platform of their own')
    .command('check <url>')
    .description('check a sidecar, in any language, against the protocol; needs nothing else of Trunkline')
    .addOption(new Option('--token <token>', 'shared token of the sidecar').env('TRUNKLINE_SIDECAR_TOKEN'))
    .option('--start <command>', 'run the sidecar by this command, pointed at the check, and stop it at the end')
    .option('--env <NAME=value...>', 'variables for --start')
    .option('--credential <NAME...>', 'secrets that the sidecar may lease; the values are the variables here')
    .option('--route <reply_route>', 'where to deliver to; people there see the deliveries of the check')
    .option('--wait <seconds>', 'how long to wait for a first event of the platform', wholeNumber, 3)
    .option('--gateway-host <address>', 'address that the sidecar reaches this machine by', '127.0.0.1')
    .option('--gateway-port <port>', 'port for a sidecar that runs already', wholeNumber, 8099)
    .addHelpText(
      'after',
      '\nExample: trunkline sidecar check http://127.0.0.1:8787 --start "node docs/examples/echo-sidecar.ts"',
    )
    .action((url: string, flags: SidecarCheckFlags) => sidecarCheck(url, flags, { terminal: terminal(), env, signal }));
}
