import { inRange, parseAddress, parseRange, type AddressRange } from './address.ts';

/** Which addresses an outgoing call may reach. Made by `networkPolicy`; equal policies have equal keys. */
export interface NetworkPolicy {
  readonly key: string;
  readonly allowPrivate: boolean;
  readonly allowRanges: readonly AddressRange[];
}

/**
 * Public addresses always; with `allowPrivate` private, shared, loopback and link-local ones too; beyond that what
 * `allowCidrs` names. Text that is no CIDR range allows nothing.
 */
export function networkPolicy({ allowPrivate = false, allowCidrs = [] }: PolicyOptions = {}): NetworkPolicy {
  const allowRanges = allowCidrs.map((text) => parseRange(text.trim())).filter((range) => range !== undefined);
  return { key: JSON.stringify([allowPrivate, allowCidrs]), allowPrivate, allowRanges };
}

/** `allow_private_network` of a connector; `TRUNKLINE_EGRESS_ALLOW_CIDRS` of an installation. */
export interface PolicyOptions {
  allowPrivate?: boolean;
  allowCidrs?: readonly string[];
}

/** Whether a call may go to this address. What is not an IP address is not allowed. */
export function addressAllowed(ip: string, policy: NetworkPolicy): boolean {
  const address = parseAddress(ip);
  if (!address) return false;
  if (policy.allowRanges.some((range) => inRange(address, range))) return true;
  const range = address.range();
  // What ipaddr.js calls unicast holds more than the internet: "::10.0.0.1" for example.
  if (range === 'unicast') return address.kind() === 'ipv4' || globalUnicast.some((part) => inRange(address, part));
  return policy.allowPrivate && privateRanges.has(range) && !metadata.some((host) => inRange(address, host));
}

const privateRanges: ReadonlySet<string> = new Set([
  'private',
  'loopback',
  'linkLocal',
  'carrierGradeNat',
  'uniqueLocal',
  'deprecatedSiteLocal',
]);

const ranges = (...texts: string[]) => texts.map(parseRange).filter((range) => range !== undefined);

/** The only part of IPv6 that is handed out (RFC 4291, IANA's registry). */
const globalUnicast = ranges('2000::/3');

/** Where clouds hand out a machine's credentials: no platform and no sidecar lives there, so allowPrivate does not cover it. */
const metadata = ranges(
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd20:ce::254',
);
