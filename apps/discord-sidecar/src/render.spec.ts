import type { Asset } from '@trunkline/sidecar-sdk';
import { describe, expect, it } from 'vitest';
import { discordMarkdown, plainText } from './discord-markdown.ts';
import { nonceOf, render } from './render.ts';

const asset = (id: string, byte_length = 10): Asset => ({
  ...{ id, media_type: 'text/plain', file_name: `${id}.txt`, sha256: undefined },
  ...{ byte_length, download_path: `/${id}` },
});
const delivery = { delivery_id: 'd1', content: 'all of it', parts: [], artifacts: [], metadata: {} };
const text = (said: string) => ({ type: 'text' as const, text: said });
const file = (id: string, bytes?: number) => ({ type: 'attachment' as const, attachment: asset(id, bytes) });
const shape = (given: Partial<Parameters<typeof render>[0]>) =>
  render({ ...delivery, ...given }).map(({ content, files }) => [content, ...files.map(({ id }) => id)]);

describe('a delivery as messages', () => {
  it.each([
    { given: {}, is: [['all of it']], because: 'without parts, the content' },
    { given: { parts: [text('a'), text('b')] }, is: [['a\n\nb']], because: 'parts are all of it; texts are joined' },
    { given: { parts: [text('a'), file('f'), file('g')] }, is: [['a', 'f', 'g']], because: 'files go with their text' },
    { given: { parts: [file('f'), text('a')] }, is: [['', 'f'], ['a']], because: 'order is kept' },
    { given: { content: '', artifacts: [asset('f')] }, is: [['', 'f']], because: 'files alone' },
    {
      given: { parts: [file('f')], artifacts: [asset('f'), asset('g')] },
      is: [['', 'f', 'g']],
      because: 'each file once',
    },
    {
      given: { parts: [file('f', 6e6), file('g', 6e6)] },
      is: [
        ['', 'f'],
        ['', 'g'],
      ],
      because: '10 MiB a message',
    },
    { given: { parts: [file('f', 2e7)] }, is: [['[f.txt: 20 MB, too large for Discord]']], because: 'too large' },
    { given: { content: ' \n' }, is: [], because: 'nothing is nothing' },
    { given: { content: '*a*', metadata: { 'trunkline.format': 'plain' } }, is: [['\\*a\\*']], because: 'plain text' },
  ])('$because', ({ given, is }) => {
    expect(shape(given)).toEqual(is);
  });

  it('has nonces of 25 characters that depend on the delivery and the step alone', () => {
    const [first, second] = render({ ...delivery, content: 'x '.repeat(2_000) });
    expect([first?.nonce, second?.nonce]).toEqual([nonceOf('d1', 0), nonceOf('d1', 1)]);
    expect(new Set([nonceOf('d1', 0), nonceOf('d1', 1), nonceOf('d2', 0)]).size).toBe(3);
    expect(first?.nonce).toMatch(/^[\w-]{25}$/);
  });
});

describe('markdown as Discord shows it', () => {
  it.each([
    { from: '# a\n### b', to: '# a\n### b', because: 'three levels of headings it has' },
    { from: '#### c ####', to: '**c**', because: 'the others become bold' },
    { from: '![a cat](https://x/y.png "t")', to: '[a cat](https://x/y.png)', because: 'an image is a link' },
    { from: '![](https://x/y.png)', to: 'https://x/y.png', because: 'an image without words is its address' },
    { from: '```\n#### c\n| a |\n```', to: '```\n#### c\n| a |\n```', because: 'code stays' },
    {
      from: '| a | bb |\n|---|:-:|\n| ccc | d |\nend',
      to: '```\na    bb\n---  --\nccc  d\n```\nend',
      because: 'tables align',
    },
    { from: '| no table |', to: '| no table |', because: 'bars alone are no table' },
  ])('$because', ({ from, to }) => {
    expect(discordMarkdown(from)).toBe(to);
  });

  it('plain text is read as it is written', () => {
    expect(plainText('# a *b* <@1> [c](d)\n- e\n1. f')).toBe('\\# a \\*b\\* \\<@1\\> \\[c\\](d)\n\\- e\n\\1. f');
  });
});
