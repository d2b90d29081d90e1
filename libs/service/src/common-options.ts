import { logLevels } from '@trunkline/telemetry';
import { optional, withDefault, type OptionValues } from './option.ts';
import { choice, natsUrls, port, secret, text, toggle, url, withoutUserinfo } from './parsers.ts';

/** The settings that every process of ours has. */
export const commonOptions = {
  natsUrl: withDefault(natsUrls(), ['nats://127.0.0.1:4222'], {
    flag: 'nats-url',
    env: 'NATS_URL',
    description: 'Servers of the bus.',
    show: withoutUserinfo,
  }),
  natsUser: optional(text('NAME'), {
    flag: 'nats-user',
    env: 'NATS_USER',
    description: 'NATS user of this process; its permissions are what this process may do.',
  }),
  natsPassword: optional(secret(), {
    flag: 'nats-password',
    env: 'NATS_PASSWORD',
    fromFile: true,
    description: 'Password of the NATS user.',
  }),
  prefix: withDefault(text('WORD'), 'tl', {
    flag: 'prefix',
    env: 'TRUNKLINE_PREFIX',
    description: 'First token of all subjects, streams and buckets, so that installations can share a NATS.',
  }),
  connectorsConfig: optional(text('PATH'), {
    flag: 'connectors-config',
    env: 'CONNECTORS_CONFIG',
    description: 'TOML file with connectors; without it there are runtime connectors only.',
  }),
  opsPort: withDefault(port(), 0, {
    flag: 'ops-port',
    env: 'OPS_PORT',
    description: 'Port of /livez, /readyz and /metrics; 0 takes a free one and logs it.',
  }),
  opsHost: withDefault(text('ADDRESS'), '127.0.0.1', {
    flag: 'ops-host',
    env: 'OPS_HOST',
    description: 'Address of /livez, /readyz and /metrics. They need no token: keep them off public networks.',
  }),
  logLevel: withDefault(choice(logLevels), 'info', {
    flag: 'log-level',
    env: 'LOG_LEVEL',
    description: 'Least severe lines that are written.',
  }),
  logPretty: optional(toggle(), {
    flag: 'log-pretty',
    env: 'LOG_PRETTY',
    description: 'Log for people rather than JSON lines; by default on a terminal only.',
  }),
  otlpEndpoint: optional(url(), {
    flag: 'otlp-endpoint',
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description: 'OTLP/HTTP collector for traces and metrics; without it nothing is sent.',
    show: (endpoint) => new URL(endpoint).origin,
  }),
  parentWatch: withDefault(toggle(), false, {
    env: 'TRUNKLINE_PARENT_WATCH',
    description: 'Stop when standard input closes or the parent process is gone: set by a supervisor, for development.',
  }),
} as const;

/** Values of the settings that every process has. */
export type CommonValues = OptionValues<typeof commonOptions>;
