import { describe, expect, it } from 'vitest';
import { clientAddress, noTrustedProxies, parseTrustedProxies } from './client-address.ts';

function trust(...list: string[]) {
  const parsed = parseTrustedProxies(list);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.trusted;
}

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
  }) as never;

describe('clientAddress', () => {
  const proxies = trust('10.0.0.0/8', '::1', '192.0.2.7');

  it.each([
    {
      peer: '203.0.113.9',
      header: '1.1.1.1',
      client: '203.0.113.9',
      because: 'the peer is no proxy of ours, so its header is hearsay',
    },
    { peer: '10.0.0.1', header: undefined, client: '10.0.0.1', because: 'a proxy may call for itself' },
    { peer: '10.0.0.1', header: '203.0.113.9', client: '203.0.113.9', because: 'a proxy tells who called' },
    {
      peer: '::ffff:10.0.0.1',
      header: '203.0.113.9',
      client: '203.0.113.9',
      because: 'a mapped address is the IPv4 address',
    },
    {
      peer: '10.0.0.1',
      header: '6.6.6.6, 203.0.113.9',
      client: '203.0.113.9',
      because: 'what the client wrote stands further left',
    },
    {
      peer: '10.0.0.1',
      header: '6.6.6.6, 203.0.113.9, 192.0.2.7',
      client: '203.0.113.9',
      because: 'trusted hops are passed',
    },
    { peer: '10.0.0.1', header: '203.0.113.9:4711', client: '203.0.113.9', because: 'some proxies append the port' },
    {
      peer: '::1',
      header: '[2001:db8::1]:80',
      client: '2001:db8::1',
      because: 'brackets and port are not the address',
    },
    {
      peer: '10.0.0.1',
      header: '203.0.113.9, unknown',
      client: '10.0.0.1',
      because: 'behind an unreadable hop nothing is sure',
    },
    { peer: '10.0.0.1', header: '', client: '10.0.0.1', because: 'an empty header says nothing' },
    { peer: '10.0.0.1', header: '010.1.1.1', client: '10.0.0.1', because: 'octal notation has two readings' },
  ])('$peer with "$header" is $client: $because', ({ peer, header, client }) => {
    expect(clientAddress(from(peer, header), proxies)).toBe(client);
  });

  it('believes nobody when nobody is trusted', () => {
    expect(clientAddress(from('10.0.0.1', '1.1.1.1'), noTrustedProxies)).toBe('10.0.0.1');
  });
});

it('reports all mistakes of --trusted-proxies at once', () => {
  expect(parseTrustedProxies(['10.0.0.0/8', 'caddy', '10.0.0.0/33'])).toEqual({
    ok: false,
    problems: [expect.stringContaining('"caddy"'), expect.stringContaining('"10.0.0.0/33"')],
  });
});
