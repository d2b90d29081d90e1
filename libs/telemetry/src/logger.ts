import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions as PinoOptions } from 'pino';
import { logError } from './log-error.ts';
import { standardOutput } from './log-output.ts';
import { maskFields } from './mask-fields.ts';
import { activeSpan } from './tracing.ts';

/** `message` is a constant such as `event.stored`, so that lines can be counted; what varies goes into `fields`. */
export interface WriteLog {
  (fields: object, message: string): void;
  (message: string): void;
}

/** The log of a process: one line per unit of work, never the text of a message, never a secret. */
export interface Logger {
  readonly debug: WriteLog;
  readonly info: WriteLog;
  readonly warn: WriteLog;
  readonly error: WriteLog;
  readonly fatal: WriteLog;
  /** A log that adds `fields` to each of its lines. */
  child(fields: Record<string, unknown>): Logger;
}

/** How much is written, from most to least. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of `logLevels`. */
export type LogLevel = (typeof logLevels)[number];

/** What a logger is made from. `pretty` is for people at a terminal; machines get JSON lines. */
export interface LoggerOptions {
  service: string;
  instance?: string;
  level?: LogLevel;
  pretty?: boolean;
  /** Where lines go; standard output when absent. */
  destination?: DestinationStream;
}

function traceFields(): object {
  const span = activeSpan();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** Makes the log of a process. Pretty printing is loaded only when asked for, and never runs in a worker thread. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const settings: PinoOptions = {
    level: options.level ?? 'info',
    base: { service: options.service, ...(options.instance === undefined ? {} : { instance: options.instance }) },
    formatters: { level: (label) => ({ level: label }), log: maskFields },
    serializers: { error: logError },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    messageKey: 'message',
    errorKey: 'error',
    mixin: traceFields,
  };
  const to = options.destination ?? standardOutput();
  return withMaskedChildren(pino(settings, options.pretty === true ? await prettified(to) : to));
}

// A formatter of pino's sees the fields of a line, not those that a child log is made with.
function withMaskedChildren(log: PinoLogger): Logger {
  const child = log.child.bind(log);
  return Object.assign(log, {
    child: (fields: Record<string, unknown>) => withMaskedChildren(child(maskFields(fields))),
  });
}

async function prettified(to: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const prettify = prettyFactory({
    messageKey: 'message',
    errorLikeObjectKeys: ['error'],
    ignore: 'service,instance',
    translateTime: 'HH:MM:ss.l',
    colorize: true,
  });
  return { write: (line: string) => to.write(prettify(line) ?? line) };
}
