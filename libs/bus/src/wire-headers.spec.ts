import { headers } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { wireHeaders } from './wire-headers.ts';

const encoded = (wire: object) =>
  'encode' in wire && typeof wire.encode === 'function' ? String(Buffer.from(wire.encode() as Uint8Array)) : '';

it('writes what the client writes', () => {
  const fields = [
    ['content-type', 'application/json'],
    ['Tl-Size', 'zwölf €'],
    ['Nats-Msg-Id', 'a.b.c'],
  ] as const;
  const theirs = headers();
  for (const [name, value] of fields) theirs.set(name, value);
  expect(encoded(wireHeaders(fields))).toBe(encoded(theirs));
  expect(wireHeaders(fields).get('Nats-Msg-Id')).toBe('a.b.c');
});

it.each(['00-a\r\nNats-Rollup: all', '00-a\nNats-Rollup: all', '00-a\rNats-Rollup: all'])(
  'lets no value become a header of its own: %j',
  (value) => {
    expect(encoded(wireHeaders([['traceparent', value]]))).toBe('NATS/1.0\r\ntraceparent: 00-a\r\n\r\n');
  },
);
