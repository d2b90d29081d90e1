import { list, optional, port, text, url, withDefault, type Parser } from '@trunkline/service';
import { noTrustedProxies, parseTrustedProxies, type TrustedProxies } from './client-address.ts';

const listed = list();

/** Addresses and ranges of proxies, judged when the process starts. */
const proxies: Parser<TrustedProxies> = Object.assign(
  (given: string) => {
    const words = listed(given);
    const parsed = parseTrustedProxies('value' in words ? words.value : []);
    return parsed.ok ? { value: parsed.trusted } : { problem: parsed.problems.join('; ') };
  },
  { placeholder: 'ADDRESS,CIDR' },
);

/** The settings of every gateway beyond those of every process. */
export const gatewayOptions = {
  host: withDefault(text('ADDRESS'), '127.0.0.1', {
    flag: 'host',
    env: 'HOST',
    description: 'Address that callers reach; 0.0.0.0 for all.',
  }),
  port: withDefault(port(), 8080, {
    flag: 'port',
    env: 'PORT',
    description: 'Port that callers reach; 0 takes a free one and logs it.',
  }),
  publicUrl: optional(url(), {
    flag: 'public-url',
    env: 'PUBLIC_URL',
    description: 'How the outside reaches this gateway. Without it files have no URLs.',
  }),
  trustedProxies: withDefault(proxies, noTrustedProxies, {
    flag: 'trusted-proxies',
    env: 'TRUSTED_PROXIES',
    description: 'Proxies whose X-Forwarded-For is believed.',
    show: (trusted) => (trusted === noTrustedProxies ? 'none' : 'set'),
  }),
} as const;
