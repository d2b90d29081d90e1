import { gatewayOptions } from '@trunkline/gateway-kit';
import { optional, secret, url, type Parser } from '@trunkline/service';
import type { Secret } from '@trunkline/secrets';

const shortest = 20;
const anySecret = secret();

/** A token that can be guessed is none. */
const adminToken: Parser<Secret> = Object.assign(
  (given: string) => {
    const read = anySecret(given);
    if ('problem' in read || read.value.expose().length >= shortest) return read;
    return { problem: `must have at least ${shortest} characters` };
  },
  { placeholder: 'SECRET' },
);

const { host, port, trustedProxies } = gatewayOptions;

/** The settings of the control plane beyond those of every process. */
export const controlPlaneOptions = {
  host,
  port: { ...port, fallback: 8085 },
  trustedProxies,
  publicUrl: optional(url(), {
    flag: 'public-url',
    env: 'PUBLIC_URL',
    description: 'How browsers reach the control plane, where a proxy in front does not pass their Host on.',
  }),
  adminToken: optional(adminToken, {
    env: 'TRUNKLINE_ADMIN_TOKEN',
    flag: 'admin-token',
    fromFile: true,
    description:
      'A token with the role admin that holds for as long as this process is given it: the way to make others.',
  }),
} as const;
