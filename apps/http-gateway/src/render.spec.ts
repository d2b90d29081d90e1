import { readdirSync, readFileSync } from 'node:fs';
import { readDelivery, type Delivery } from '@trunkline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDelivery } from './render.ts';

const folder = new URL('../fixtures/', import.meta.url);
const urlOf = (assetId: string) => `https://gateway.example/assets/${assetId}`;

const base = {
  v: 1,
  delivery_id: 'dlv_1',
  output_id: 'out_1',
  session_id: 's',
  target: { type: 'http', url: 'https://example.com/in' },
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: '2026-01-02T00:00:00.000Z',
};

function delivery(output: object, more: object = {}): Delivery {
  const read = readDelivery({ ...base, ...more, output: { output_id: 'out_1', session_id: 's', ...output } });
  if (!read.ok) throw new Error(read.problems.join());
  return read.value;
}

describe('fixtures', () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith('.output.json')))('%s', async (file) => {
    const { headers, body } = renderDelivery(delivery(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))), urlOf);
    const shown = JSON.stringify({ headers, body: JSON.parse(body) }, null, 2);
    await expect(`${shown}\n`).toMatchFileSnapshot(`../fixtures/${file.replace('.output.', '.posted.')}`);
  });
});

describe('what a consumer writes', () => {
  const html = (content: string, format?: string) =>
    (JSON.parse(renderDelivery(delivery({ content, ...(format && { format }) }), urlOf).body) as { html: string }).html;

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '<a href="javascript:1">x</a>',
  ])('is no script: %s', (text) => {
    expect(html(text)).not.toMatch(/<script|<[^>]+(onerror|javascript:)|<img/i);
    expect(html(text, 'plain')).not.toMatch(/<script|<img|<a /i);
  });

  it('keeps to header syntax, whatever ids it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (id) => {
        const { headers } = renderDelivery(delivery({ content: 'x' }, { session_id: id, output_id: id }), urlOf);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });
});
