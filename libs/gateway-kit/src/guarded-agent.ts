import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { AppError } from '@trunkline/errors';
import { Agent, buildConnector } from 'undici';
import { ipLiteral } from './guarded-url.ts';
import { addressAllowed, type NetworkPolicy } from './network-policy.ts';

/** All addresses of a name, as the system resolves it. */
export type ResolveHost = (hostname: string) => Promise<ResolvedAddress[]>;

/** One address of a name; `family` is 4 or 6. */
export interface ResolvedAddress {
  address: string;
  family: number;
}

/** The system's resolver: DNS and the hosts file, every address, in the resolver's order. */
export const resolveWithSystem: ResolveHost = (hostname) => lookup(hostname, { all: true, order: 'verbatim' });

/** A name or a literal leads to an address that the network policy forbids. Nothing was sent. */
export class AddressRefusedError extends AppError {
  readonly code = 'ADDRESS_NOT_ALLOWED';

  constructor(hostname: string) {
    super(`"${hostname}" leads to an address that may not be called.`, {
      fix: 'Use a public address, or allow private ones for this connector (allow_private_network).',
    });
  }
}

/**
 * An undici agent that connects to allowed addresses only, for any client that takes a dispatcher.
 *
 * A name is resolved once per connection and refused if any of its addresses is forbidden; the connection goes to the addresses that
 * were judged. Connections are reused within this agent alone, so give each policy its own. Proxy variables are ignored.
 */
export function createGuardedAgent(
  policy: NetworkPolicy,
  deps: { resolve?: ResolveHost; connections?: number } = {},
): Agent {
  const connect = buildConnector({
    lookup: guardedLookup(policy, deps.resolve ?? resolveWithSystem),
    timeout: 10_000,
    allowH2: false,
  });
  return new Agent({
    allowH2: false,
    ...(deps.connections !== undefined && { connections: deps.connections }),
    // A name's addresses are looked at again after this time at the latest.
    keepAliveMaxTimeout: 30_000,
    connect: (options, callback) => {
      // No look-up happens for a literal.
      const literal = ipLiteral(options.hostname);
      if (literal !== undefined && !addressAllowed(literal, policy)) {
        return callback(new AddressRefusedError(options.hostname), null);
      }
      connect(options, callback);
    },
  });
}

function guardedLookup(policy: NetworkPolicy, resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    const refuse = (error: NodeJS.ErrnoException) => callback(error, [], 0);
    const judge = (addresses: ResolvedAddress[]) => {
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => addressAllowed(address, policy))) {
        return refuse(new AddressRefusedError(hostname));
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    resolve(hostname).then(judge, refuse);
  };
}
