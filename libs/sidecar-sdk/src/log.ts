/** Where the SDK writes. Fields may hold an `error`; never a secret, never the text of a message. */
export interface SidecarLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** One JSON document a line, which the gateway puts into its own log under the connector's name. */
export function jsonLog(write: (line: string) => void): SidecarLog {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write(
        JSON.stringify({ level, message, ...fields }, (_key, value: unknown) =>
          value instanceof Error ? briefly(value) : value,
        ),
      );
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

const briefly = (error: Error): object => ({ name: error.name, message: error.message, stack: error.stack });
