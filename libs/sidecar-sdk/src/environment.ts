import { z } from 'zod';
import { SidecarError } from './sidecar-error.ts';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The gateway that a sidecar belongs to. */
export interface GatewayOptions {
  /** Base URL, without `/v1`. */
  url: string;
  /** Name of the connector. */
  connector: string;
  /** The shared token: the sidecar asks for it, and shows it. Without one, neither side is checked. */
  token?: string;
}

/** Where a sidecar stands: what the gateway's supervisor sets in the environment, or what its author gives. */
export interface Placement {
  gateway: GatewayOptions;
  /** Where the gateway calls us. */
  baseUrl: URL;
  credentialToken: string | undefined;
  /** Names that the credential token may lease. */
  credentialKeys: string[];
}

const prefixes = ['TRUNKLINE_CONNECTOR_', 'KHEISH_EXTERNAL_CONNECTOR_'];
const keys = z.array(z.string());

/** Reads the reserved variables, by either of their two names; what is given explicitly goes before. */
export function readPlacement(
  env: Environment,
  given: { gateway?: GatewayOptions | undefined; baseUrl?: string | undefined } = {},
): Placement {
  const { gateway } = given;
  const token = gateway ? gateway.token : variable(env, ['SHARED_TOKEN']);
  return {
    gateway: {
      url: withoutSlash(gateway?.url ?? required(env, ['GATEWAY_URL', 'DAEMON_BASE_URL'])),
      connector: gateway?.connector ?? required(env, ['NAME']),
      ...(token && { token }),
    },
    baseUrl: httpUrl(given.baseUrl ?? required(env, ['BASE_URL'])),
    credentialToken: variable(env, ['CREDENTIAL_TOKEN']),
    credentialKeys: readKeys(variable(env, ['CREDENTIAL_KEYS_JSON'])),
  };
}

function variable(env: Environment, names: string[]): string | undefined {
  const all = prefixes.flatMap((prefix) => names.map((name) => env[prefix + name]?.trim()));
  return all.find((value) => value !== undefined && value !== '');
}

function required(env: Environment, names: string[]): string {
  const value = variable(env, names);
  if (value !== undefined) return value;
  throw new SidecarError(
    'CONFIGURATION_INVALID',
    `${prefixes[0]}${names[0]} is not set. The gateway sets it for a sidecar that it runs; else set it by hand, and pass "env: process.env".`,
  );
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new SidecarError('CONFIGURATION_INVALID', 'The base URL must be an absolute http or https URL.');
}

const withoutSlash = (text: string): string => httpUrl(text).href.replace(/\/+$/, '');

function readKeys(json: string | undefined): string[] {
  if (json === undefined) return [];
  try {
    return keys.parse(JSON.parse(json));
  } catch (cause) {
    throw new SidecarError(
      'CONFIGURATION_INVALID',
      `${prefixes[0]}CREDENTIAL_KEYS_JSON must be a JSON list of names.`,
      {
        cause,
      },
    );
  }
}
