import { describe, expect, it } from 'vitest';
import { checkUrl } from './guarded-url.ts';
import { addressAllowed, networkPolicy } from './network-policy.ts';

const publicOnly = networkPolicy();
const privateToo = networkPolicy({ allowPrivate: true });

describe('addressAllowed', () => {
  it.each([
    { ip: '1.1.1.1', because: 'public' },
    { ip: '198.17.255.255', because: 'just below benchmarking' },
    { ip: '100.63.255.255', because: 'just below shared' },
    { ip: '172.32.0.1', because: 'just above private' },
    { ip: '2606:4700::1111', because: 'public' },
    { ip: '::ffff:1.1.1.1', because: 'mapped, judged as IPv4' },
  ])('allows $ip: $because', ({ ip }) => {
    expect(addressAllowed(ip, publicOnly)).toBe(true);
  });

  it.each([
    { ip: '10.0.0.1', because: 'private' },
    { ip: '172.16.0.1', because: 'private' },
    { ip: '192.168.1.1', because: 'private' },
    { ip: '127.0.0.1', because: 'loopback' },
    { ip: '169.254.1.1', because: 'link-local' },
    { ip: '100.64.0.1', because: 'shared' },
    { ip: '::1', because: 'loopback' },
    { ip: 'fe80::1%eth0', because: 'link-local, with a zone' },
    { ip: 'fc00::1', because: 'unique local' },
    { ip: 'fec0::1', because: 'site-local' },
    { ip: '::ffff:10.0.0.1', because: 'mapped private' },
    { ip: '::ffff:7f00:1', because: 'mapped loopback, in hexadecimal' },
  ])('allows $ip to private networks only: $because', ({ ip }) => {
    expect(addressAllowed(ip, publicOnly)).toBe(false);
    expect(addressAllowed(ip, privateToo)).toBe(true);
  });

  it.each([
    { ip: '0.0.0.0', because: 'unspecified' },
    { ip: '0.1.2.3', because: 'this network' },
    { ip: '255.255.255.255', because: 'broadcast' },
    { ip: '224.0.0.1', because: 'multicast' },
    { ip: '240.0.0.1', because: 'reserved' },
    { ip: '198.18.0.1', because: 'benchmarking' },
    { ip: '198.19.255.255', because: 'benchmarking' },
    { ip: '192.0.2.1', because: 'documentation' },
    { ip: '198.51.100.1', because: 'documentation' },
    { ip: '203.0.113.1', because: 'documentation' },
    { ip: '192.0.0.1', because: 'protocol assignments' },
    { ip: '169.254.169.254', because: 'metadata' },
    { ip: '100.100.100.200', because: 'metadata' },
    { ip: 'fd00:ec2::254', because: 'metadata' },
    { ip: '::ffff:169.254.169.254', because: 'mapped metadata' },
    { ip: '::', because: 'unspecified' },
    { ip: '::127.0.0.1', because: 'IPv4-compatible' },
    { ip: '::1.1.1.1', because: 'IPv4-compatible' },
    { ip: 'ff02::1', because: 'multicast' },
    { ip: '64:ff9b::7f00:1', because: 'NAT64' },
    { ip: '64:ff9b::101:101', because: 'NAT64, though of a public address' },
    { ip: '64:ff9b:1::1', because: 'local NAT64' },
    { ip: '2002:7f00:1::', because: '6to4' },
    { ip: '2001::1', because: 'Teredo' },
    { ip: '2001:db8::1', because: 'documentation' },
    { ip: '3fff::1', because: 'documentation' },
    { ip: '100::1', because: 'discard' },
    { ip: '4000::1', because: 'not handed out' },
    { ip: 'example.com', because: 'no address' },
    { ip: '127.1', because: 'a short form, which no resolver gives' },
    { ip: '', because: 'nothing' },
  ])('never allows $ip by itself: $because', ({ ip }) => {
    expect(addressAllowed(ip, publicOnly)).toBe(false);
    expect(addressAllowed(ip, privateToo)).toBe(false);
  });

  it.each([
    { cidr: '10.1.0.0/16', ip: '10.1.2.3', allowed: true },
    { cidr: '10.1.0.0/16', ip: '10.2.0.1', allowed: false },
    { cidr: '10.1.0.0/16', ip: '::ffff:10.1.2.3', allowed: true },
    { cidr: '::ffff:10.1.0.0/112', ip: '10.1.2.3', allowed: true },
    { cidr: 'fd00::/8', ip: 'fd12::1', allowed: true },
    { cidr: '198.18.0.0/15', ip: '198.18.0.1', allowed: true },
    { cidr: '169.254.169.254', ip: '169.254.169.254', allowed: true },
    { cidr: 'not a range', ip: '10.1.2.3', allowed: false },
  ])('with $cidr allowed, $ip is $allowed', ({ cidr, ip, allowed }) => {
    expect(addressAllowed(ip, networkPolicy({ allowCidrs: [cidr] }))).toBe(allowed);
  });
});

describe('checkUrl', () => {
  it.each([
    { url: 'https://example.com/hook?a=1', because: 'a name is judged when it is resolved' },
    { url: 'http://1.1.1.1:8080/', because: 'a public literal' },
    { url: 'https://[2606:4700::1111]/', because: 'a public literal' },
    { url: 'https://exämple.com/', because: 'an international name' },
  ])('lets $url try: $because', ({ url }) => {
    expect(checkUrl(url, publicOnly).ok).toBe(true);
  });

  it.each([
    { url: 'http://127.0.0.1/', reason: 'address_not_allowed' },
    { url: 'http://127.0.0.1./', reason: 'address_not_allowed' },
    { url: 'http://127.1/', reason: 'address_not_allowed' },
    { url: 'http://2130706433/', reason: 'address_not_allowed' },
    { url: 'http://0x7f000001/', reason: 'address_not_allowed' },
    { url: 'http://0x7f.1/', reason: 'address_not_allowed' },
    { url: 'http://017700000001/', reason: 'address_not_allowed' },
    { url: 'http://0177.0.0.1/', reason: 'address_not_allowed' },
    { url: 'http://①②⑦.0.0.1/', reason: 'address_not_allowed' },
    { url: 'http://127。0。0。1/', reason: 'address_not_allowed' },
    { url: 'http://%31%32%37.0.0.1/', reason: 'address_not_allowed' },
    { url: 'http:\\\\127.0.0.1\\', reason: 'address_not_allowed' },
    { url: 'http:127.0.0.1', reason: 'address_not_allowed' },
    { url: 'http://0/', reason: 'address_not_allowed' },
    { url: 'http://[::1]/', reason: 'address_not_allowed' },
    { url: 'http://[::]/', reason: 'address_not_allowed' },
    { url: 'http://[::ffff:127.0.0.1]/', reason: 'address_not_allowed' },
    { url: 'http://[::ffff:7f00:1]/', reason: 'address_not_allowed' },
    { url: 'http://[0:0:0:0:0:ffff:169.254.169.254]/', reason: 'address_not_allowed' },
    { url: 'http://169.254.169.254/latest/meta-data/', reason: 'address_not_allowed' },
    { url: 'http://[fe80::1%25eth0]/', reason: 'url_invalid' },
    { url: 'http://256.0.0.1/', reason: 'url_invalid' },
    { url: 'http://example.com:99999/', reason: 'url_invalid' },
    { url: '/hook', reason: 'url_invalid' },
    { url: 'http://user@example.com/', reason: 'userinfo_not_allowed' },
    { url: 'http://1.1.1.1:80@127.0.0.1/', reason: 'userinfo_not_allowed' },
    { url: 'http://:secret@example.com/', reason: 'userinfo_not_allowed' },
    { url: 'file:///etc/passwd', reason: 'scheme_not_allowed' },
    { url: 'ftp://example.com/', reason: 'scheme_not_allowed' },
    { url: 'javascript:alert(1)', reason: 'scheme_not_allowed' },
    { url: 'unix:/var/run/docker.sock', reason: 'scheme_not_allowed' },
  ])('refuses $url: $reason', ({ url, reason }) => {
    expect(checkUrl(url, publicOnly)).toEqual({ ok: false, reason });
  });
});
