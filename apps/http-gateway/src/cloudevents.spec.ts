import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { handshakeAnswer, maxBatch, readCloudEvents } from './cloudevents.ts';

const feature = new URL(
  '../../../../shared/fixtures/cloudevents-conformance/features/http-protocol-binding.feature',
  import.meta.url,
);

interface Example {
  name: string;
  request: string;
  attributes: Record<string, string>;
  data: string;
}

/** The scenario outlines of the conformance feature, one example for each content type. */
function examples(text: string): Example[] {
  return text
    .split('Scenario Outline: ')
    .slice(1)
    .flatMap((scenario) => {
      const [request = '', data = ''] = [...scenario.matchAll(/"""\n([\s\S]*?)\n\s*"""/g)].map(
        (match) => match[1] ?? '',
      );
      const table = scenario.slice(scenario.indexOf('the attributes are'), scenario.indexOf('And the data'));
      const rows = [...table.matchAll(/\|\s*(\S+)\s*\|\s*(\S.*?)\s*\|/g)].slice(1);
      const types = [...scenario.slice(scenario.indexOf('Examples:')).matchAll(/\|\s*(\S.*?)\s*\|/g)].slice(1);
      return types.map(([, type = '']) => ({
        name: `${scenario.slice(0, scenario.indexOf(' ('))} ${type}`,
        request: request.replace('<contentType>', type),
        attributes: Object.fromEntries(
          rows.map(([, key, value]) => [key, (value ?? '').replace('<contentType>', type)]),
        ),
        data,
      }));
    });
}

function parseHttp(request: string) {
  const lines = request.split('\n').map((line) => line.trim());
  const blank = lines.indexOf('');
  const headers = lines.slice(1, blank).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), [line.slice(colon + 1).trim()]];
  });
  return { headers: Object.fromEntries(headers), body: Buffer.from(lines.slice(blank + 1).join('\n')) };
}

describe.skipIf(!existsSync(feature))('CloudEvents conformance (skipped without the shared fixtures)', () => {
  const all = existsSync(feature) ? examples(readFileSync(feature, 'utf8')) : [];

  it('has its four examples', () => expect(all).toHaveLength(4));

  it.each(all)('$name', ({ request, attributes, data }) => {
    const read = readCloudEvents(parseHttp(request));
    if (!read.ok || !read.events[0]?.ok) throw new Error(JSON.stringify(read));
    const { data: received, ...rest } = read.events[0].event.json;
    expect(received).toEqual(JSON.parse(data));
    expect(rest).toEqual(attributes);
  });
});

const header = (fields: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])));
const required = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };

function binary(fields: Record<string, string | undefined>, body: string | Buffer = '') {
  const read = readCloudEvents({ headers: header(fields), body: Buffer.from(body) });
  if (!read.ok) return read.code;
  const [first] = read.events;
  return first?.ok ? first.event.json : 'payload_invalid';
}

describe('binary mode', () => {
  it.each([
    { value: 'Euro%20%E2%82%AC%20%F0%9F%98%80', is: 'Euro € 😀', because: 'percent-encoded UTF-8' },
    { value: '"a \\"b\\" %25"', is: 'a "b" %', because: 'a quoted string' },
    { value: '100%', is: '100%', because: 'a percent sign that encodes nothing' },
  ])('decodes header values: $because', ({ value, is }) => {
    expect(binary({ ...required, 'ce-subject': value })).toMatchObject({ subject: is });
  });

  it.each([
    { type: 'application/json', body: '{"a":1}', is: { data: { a: 1 } } },
    { type: 'application/vnd.x+json', body: '[1]', is: { data: [1] } },
    { type: 'application/json', body: '"text"', is: { data: 'text' } },
    { type: 'text/xml', body: '<a/>', is: { data: '<a/>' } },
    { type: 'application/octet-stream', body: Buffer.from([0xff]), is: { data_base64: '/w==' } },
  ])('takes data of $type', ({ type, body, is }) => {
    expect(binary({ ...required, 'content-type': type }, body)).toMatchObject(is);
  });

  it.each([
    { fields: { ...required, 'ce-subject': '%ff' }, code: 'payload_invalid', because: 'not UTF-8' },
    { fields: { ...required, 'ce-specversion': '0.3' }, code: 'payload_invalid', because: 'an old version' },
    { fields: { ...required, 'ce-time': 'yesterday' }, code: 'payload_invalid', because: 'no time' },
    { fields: { ...required, 'ce-source': '' }, code: 'payload_invalid', because: 'no source' },
    { fields: { ...required, 'ce-my_ext': 'x' }, code: 'payload_invalid', because: 'no attribute name' },
    { fields: { 'content-type': 'application/json' }, code: 'unsupported_media_type', because: 'no CloudEvent at all' },
    {
      fields: { ...required, 'content-type': 'application/cloudevents+xml' },
      code: 'unsupported_media_type',
      because: 'an event format of others',
    },
  ])('refuses: $because', ({ fields, code }) => expect(binary(fields)).toBe(code));
});

describe('batched mode', () => {
  const batch = (body: unknown) =>
    readCloudEvents({
      headers: header({ 'content-type': 'application/cloudevents-batch+json' }),
      body: Buffer.from(JSON.stringify(body)),
    });
  const one = { specversion: '1.0', id: '1', source: '/s', type: 't' };

  it('reads each event by itself, in order', () => {
    expect(batch([one, { ...one, id: '' }, { ...one, id: '3' }])).toMatchObject({
      batch: true,
      events: [{ ok: true }, { ok: false }, { ok: true, event: { id: '3' } }],
    });
  });

  it('may be empty, but has a limit and must be a list', () => {
    expect(batch([])).toMatchObject({ ok: true, events: [] });
    expect(batch(Array(maxBatch).fill(one)).ok).toBe(true);
    expect(batch(Array(maxBatch + 1).fill(one))).toMatchObject({ ok: false, code: 'payload_invalid' });
    expect(batch(one)).toMatchObject({ ok: false, code: 'payload_invalid' });
  });
});

describe('the handshake', () => {
  it('grants the origin that asks, at most the rate of the connector', () => {
    expect(
      handshakeAnswer(header({ 'webhook-request-origin': 'emitter.example.com', 'webhook-request-rate': '120' }), 60),
    ).toEqual({
      'webhook-allowed-origin': 'emitter.example.com',
      'webhook-allowed-rate': '120',
    });
    expect(
      handshakeAnswer(header({ 'webhook-request-origin': 'x', 'webhook-request-rate': '999999' }), 60),
    ).toMatchObject({
      'webhook-allowed-rate': '3600',
    });
  });

  it('is not started by an ordinary OPTIONS request', () => expect(handshakeAnswer({}, 60)).toBeUndefined());
});
