import type { Readable } from 'node:stream';
import type { ControlClient } from '@trunkline/control-api';
import { InvalidArgumentError } from 'commander';
import type { BusFlags } from './connect.ts';
import type { Terminal } from './terminal.ts';
import { withControl, type ControlFlags } from './with-control.ts';

/** The options that every command has. */
export type Globals = BusFlags & ControlFlags & { json?: boolean };

/** What a command takes from the program that it belongs to. */
export interface CommandShared {
  globals(): Globals;
  terminal(): Terminal;
  env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** Standard input. */
  input: Readable;
}

/** What a command of the control plane works with. */
export interface ControlContext {
  control: ControlClient;
  terminal: Terminal;
}

/** Runs a command of the control plane: `.action((id) => onControl(shared, ({control, terminal}) => ...))`. */
export function onControl<T>(shared: CommandShared, work: (context: ControlContext) => Promise<T>): Promise<T> {
  return withControl(shared.globals(), shared.env, (control) => work({ control, terminal: shared.terminal() }));
}

/** Reads the number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Reads the time of an option. */
export function isoTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('Give an ISO time such as 2026-01-31T12:00:00Z.');
  return time;
}

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Reads a duration such as `90s`, `15m`, `24h`, `30d`; a bare number is seconds. */
export function seconds(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  const factor = Object.entries(unitSeconds).find(([name]) => name === unit)?.[1];
  if (digits === undefined || factor === undefined) {
    throw new InvalidArgumentError('Give a duration such as 90s, 15m, 24h or 30d.');
  }
  return Number(digits) * factor;
}
