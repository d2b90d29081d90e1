import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createNames, permissionsOf, renderNatsConfig, rolesOf, token, userOf, type Role } from '@trunkline/bus';
import { connectorsToml, formatProblem, parseConnectorsFile, type ConnectorConfig } from '@trunkline/config';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import { deriveKeyring, gatewayPurposes, generateKey, parseKeyring, replyHandlePurpose } from '@trunkline/secrets';
import { CommandFailed } from './exit-codes.ts';
import { createPrivateFiles, type FileChange, type PrivateFiles } from './private-files.ts';
import { printRows, type Terminal } from './terminal.ts';

export interface InitFlags {
  /** Gets a folder for each process. */
  folder: string;
  /** Connectors files, read as one. */
  connectors: string[];
  /** Consumer groups that get a NATS user. */
  groups: string[];
  prefix: string;
}

/**
 * Makes what the processes of a deployment are given as files, each in a folder of its own: passwords, keys, connectors, the users of NATS.
 *
 * What is secret is made once and kept; what follows from something else is written again when that has changed. A gateway gets the
 * connectors and the keys of its own kind; the others see no secret of a connector.
 */
export function initDeployment(flags: InitFlags, deps: { terminal: Terminal; masterKey: string | undefined }): void {
  const connectors = flags.connectors.flatMap((file) => readConnectors(file, deps.terminal));
  const files = createPrivateFiles(flags.folder);
  const masterKey = files.once('keys/master.key', () => deps.masterKey ?? generateKey('k1'));
  const adminToken = files.once('control-plane/admin.token', () => randomBytes(32).toString('base64url'));
  files.write('cli/admin.token', adminToken);

  const roles = [...rolesOf(connectorKinds), ...flags.groups.map((group): Role => ({ process: 'consumer', group }))];
  files.write('nats/users.conf', natsUsers(roles, { files, prefix: flags.prefix }));
  for (const kind of connectorKinds) writeGateway(kind, { files, masterKey, connectors });
  for (const process of ['session-router', 'control-plane']) {
    files.write(`${process}/connectors.toml`, connectorsToml(connectors));
  }
  files.write('session-router/keyring', deriveKeyring(parseKeyring(masterKey), [replyHandlePurpose]));
  // It stores secrets of every kind, and an AES key that seals also opens.
  files.write('control-plane/keyring', masterKey);
  report(files.changes(), deps.terminal);
}

interface Given {
  files: PrivateFiles;
  masterKey: string;
  connectors: readonly ConnectorConfig[];
}

function writeGateway(kind: ConnectorKind, { files, masterKey, connectors }: Given): void {
  const folder = userOf({ process: 'gateway', kind });
  const own = connectors.filter((connector) => connector.kind === kind);
  files.write(`${folder}/keyring`, deriveKeyring(parseKeyring(masterKey), gatewayPurposes(kind)));
  files.write(`${folder}/connectors.toml`, connectorsToml(own, { secrets: 'kept' }));
}

function natsUsers(roles: readonly Role[], { files, prefix }: { files: PrivateFiles; prefix: string }): string {
  const names = createNames(prefix);
  return renderNatsConfig(
    roles.map((role) => {
      const user = userOf(role);
      const folder = role.process === 'consumer' ? `consumers/${token(role.group)}` : user;
      const password = files.once(`${folder}/nats.password`, () => randomBytes(32).toString('base64url'));
      return { user, password: password.trim(), permissions: permissionsOf(role, names) };
    }),
  );
}

function readConnectors(file: string, terminal: Terminal): ConnectorConfig[] {
  if (!existsSync(file))
    throw new CommandFailed(`There is no file ${file}.`, { exit: 'not_found', fix: 'Check --connectors-config.' });
  const parsed = parseConnectorsFile(readBytes(file), file);
  for (const problem of parsed.ok ? parsed.warnings : parsed.problems) terminal.err(formatProblem(problem));
  if (parsed.ok) return parsed.connectors;
  throw new CommandFailed(`${file} is not valid; nothing was changed.`, {
    fix: 'Correct it; `trunkline config check FILE` tells whether it is right.',
  });
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CommandFailed(`${file} cannot be read.`, {
      fix: `Let user ${process.getuid?.() ?? 'of this process'} read it: chown or chmod.`,
      cause,
    });
  }
}

function report(changes: FileChange[], terminal: Terminal): void {
  if (changes.length === 0 && !terminal.json) return terminal.out('Everything is as it should be.');
  printRows(changes, ['file', 'change'], terminal);
}
