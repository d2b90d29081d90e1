import ipaddr from 'ipaddr.js';

/** A parsed IP address; IPv4-mapped IPv6 is always IPv4 here. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address with the number of its leading bits that count. */
export type AddressRange = [Address, number];

/** Four-part IPv4 or any IPv6, with or without brackets and zone. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  // IPv4-compatible addresses (::10.0.0.1) are long out of use, and ipaddr.js takes them for mapped ones, which they are not.
  if (/^::\d+\./.test(bare)) return undefined;
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  return asPlain(ipaddr.parse(bare));
}

/** A CIDR range, or a single address as the range of itself. */
export function parseRange(text: string): AddressRange | undefined {
  if (!text.includes('/')) {
    const address = parseAddress(text);
    return address && [address, address instanceof ipaddr.IPv4 ? 32 : 128];
  }
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [base, bits] = ipaddr.parseCIDR(text);
  const plain = asPlain(base);
  return plain === base ? [base, bits] : [plain, Math.max(0, bits - 96)];
}

/** Ranges of the other family never match. */
export function inRange(address: Address, [base, bits]: AddressRange): boolean {
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
  return base instanceof ipaddr.IPv6 && address.match(base, bits);
}

function asPlain(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
