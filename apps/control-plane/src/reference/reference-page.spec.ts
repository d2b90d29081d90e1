import { openApiDocument, type Route } from '@trunkline/control-api';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiDocument } from './api-document.ts';
import { referencePage } from './reference-page.ts';

interface Node {
  text: string;
  children: Node[];
}
const node: z.ZodType<Node> = z.object({
  text: z.string(),
  get children() {
    return z.array(node);
  },
});

const route: Route = {
  method: 'POST',
  path: '/v1/things/:thing_id',
  role: 'operator',
  tag: 'Things',
  summary: 'Do <b>this</b> with `code`.',
  params: z.strictObject({ thing_id: z.string().describe('Which one.') }),
  body: z.strictObject({ tree: node, to: z.union([z.object({ slack: z.string() }), z.object({ http: z.string() })]) }),
  example: { tree: { text: '<i>', children: [] }, to: { http: 'x' } },
  answer: z.object({ kinds: z.array(z.enum(['a', 'b'])) }),
  versioned: true,
};
const page = referencePage(openApiDocument({ doThing: route }, { version: '1.2.3' }));

describe('referencePage', () => {
  it('tells all of an operation: parts, types, role, answers', () => {
    for (const part of [
      '/v1/things/{thing_id}',
      'role operator',
      'Which one.',
      'If-Match',
      'list of a | b',
      'precondition_failed',
    ])
      expect(page).toContain(part);
  });

  it('tells what holds itself once, and each alternative', () => {
    expect(page.match(/>children</g)).toHaveLength(1);
    for (const name of ['slack', 'http']) expect(page).toContain(`>${name}<`);
  });

  it('shows the example of a body as it would be sent', () => {
    expect(page).toContain('&#34;children&#34;: []');
    expect(page).not.toContain('<i>');
  });

  it('escapes what it shows', () => {
    expect(page).not.toContain('<b>this');
    expect(page).toContain('&#60;b&#62;this&#60;/b&#62; with <code>code</code>');
  });

  it('of the real API has no script, nothing inline or from elsewhere, and no link that leads nowhere', () => {
    const real = referencePage(apiDocument());
    expect(real.match(/<script|<style|<[^>]*\s(style|on[a-z]+)=|(src|href)="(?![#/])/)).toBeNull();
    const ids = new Set([...real.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const links = [...real.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });
});
