import type { Command } from 'commander';
import type { CommandShared } from './command-shared.ts';
import { initDeployment } from './init-deployment.ts';

interface Flags {
  connectorsConfig: string[];
  group: string[];
}

/** `trunkline init`. */
export function addInit(program: Command, { globals, terminal, env }: CommandShared): void {
  program
    .command('init <folder>')
    .description('make what the processes of a deployment are given: passwords, keys, connectors, users of NATS')
    .option('--connectors-config <file...>', 'connectors files, read as one; each gateway gets its own kind', [])
    .option('--group <name...>', 'consumer groups that get a NATS user', [])
    .addHelpText(
      'after',
      [
        '\nSecrets are made once and kept; run it again after an edit of a connectors file. With TRUNKLINE_MASTER_KEY, that key is',
        'used in place of a new one, while there is none yet.',
        '\nExample: trunkline init /deployment --connectors-config connectors.toml --group agents',
      ].join('\n'),
    )
    .action((folder: string, flags: Flags) =>
      initDeployment(
        { folder, connectors: flags.connectorsConfig, groups: flags.group, prefix: globals().prefix },
        { terminal: terminal(), masterKey: env['TRUNKLINE_MASTER_KEY']?.trim() || undefined },
      ),
    );
}
