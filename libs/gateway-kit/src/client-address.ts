import type { IncomingMessage } from 'node:http';
import { inRange, parseAddress, parseRange, type Address } from './address.ts';

/** Whether an address belongs to a proxy of ours, whose `X-Forwarded-For` may be believed. */
export type TrustedProxies = (address: Address) => boolean;

/** Reads the value of `--trusted-proxies`: single addresses and CIDR ranges. All mistakes are reported at once. */
export function parseTrustedProxies(
  list: readonly string[],
): { ok: true; trusted: TrustedProxies } | { ok: false; problems: string[] } {
  const entries = list.map((text) => ({ text, range: parseRange(text.trim()) }));
  const ranges = entries.flatMap(({ range }) => (range ? [range] : []));
  const problems = entries
    .filter(({ range }) => !range)
    .map(({ text }) => `"${text}" is neither an address nor a CIDR range`);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, trusted: (address) => ranges.some((range) => inRange(address, range)) };
}

/** Believes nobody: the client is whoever opened the connection. */
export const noTrustedProxies: TrustedProxies = () => false;

/** Proxies in a row that are followed; a longer header is somebody's game. */
const maxHops = 16;

/**
 * Whose request this is: the connection's address, or behind trusted proxies the last address in `X-Forwarded-For` that
 * is not one of them. What a client writes into the header itself stands further left and is never reached.
 */
export function clientAddress(req: Pick<IncomingMessage, 'socket' | 'headers'>, trusted: TrustedProxies): string {
  const peer = parseAddress(req.socket.remoteAddress ?? '');
  if (!peer) return 'unknown';
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').split(',');
  let client = peer;
  for (const hop of forwarded.reverse().slice(0, maxHops)) {
    if (!trusted(client)) break;
    const next = parseAddress(withoutPort(hop.trim()));
    if (!next) break;
    client = next;
  }
  return client.toString();
}

/** Some proxies append the port: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
const withoutPort = (hop: string) => /^(\[.*\]|[\d.]+):\d+$/.exec(hop)?.[1] ?? hop;

/** Whether the client spoke TLS with a trusted proxy in front of us, as its `X-Forwarded-Proto` says. */
export function cameOverTls(req: Pick<IncomingMessage, 'socket' | 'headers'>, trusted: TrustedProxies): boolean {
  const peer = parseAddress(req.socket.remoteAddress ?? '');
  return peer !== undefined && trusted(peer) && req.headers['x-forwarded-proto'] === 'https';
}
