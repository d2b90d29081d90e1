import { parseMarkdown, toHtml, toPlainText } from '@trunkline/markdown';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mentionsAny, readSlackText } from './slack-text.ts';

describe('readSlackText', () => {
  it.each([
    {
      source: 'a &lt; b &amp;&amp; c &gt; d',
      text: 'a < b && c > d',
      markdown: 'a \\< b && c > d',
      because: 'three entities',
    },
    { source: '&amp;lt;', text: '&lt;', markdown: '&lt;', because: 'each is resolved once' },
    { source: '<@U1> <@U2|ana>', text: '@U1 @ana', markdown: '@U1 @ana', because: 'people by name, else by id' },
    { source: '<#C1|ops> <#C2>', text: '#ops #C2', markdown: '#ops #C2', because: 'channels' },
    {
      source: '<!here> <!subteam^S1|@ops> <!subteam^S2>',
      text: '@here @ops @S2',
      markdown: '@here @ops @S2',
      because: 'groups',
    },
    { source: '<!date^1^{date}|1 May>', text: '1 May', markdown: '1 May', because: 'a date brings its words' },
    { source: '<https://a.b/>', text: 'https://a.b/', markdown: '<https://a.b/>', because: 'a bare link' },
    {
      source: '<http://a.b|a.b>',
      text: 'a.b',
      markdown: '[a.b](<http://a.b>)',
      because: 'a link that Slack made itself',
    },
    {
      source: '<https://a.b|here>',
      text: 'here (https://a.b)',
      markdown: '[here](<https://a.b>)',
      because: 'a link with words',
    },
    { source: '<mailto:a@b.c|a@b.c>', text: 'a@b.c', markdown: '[a@b.c](<mailto:a@b.c>)', because: 'an address' },
    {
      source: '<https://a.b?c=1&amp;d=2|&lt;b&gt;>',
      text: '<b> (https://a.b?c=1&d=2)',
      markdown: '[\\<b>](<https://a.b?c=1&d=2>)',
      because: 'words that look like HTML',
    },
    {
      source: '*b* _i_ ~s~ `*c*`',
      text: '*b* _i_ ~s~ `*c*`',
      markdown: '**b** _i_ ~~s~~ `*c*`',
      because: 'marks, but not in code',
    },
    {
      source: '2*3*4 and *a b*, (*c*)',
      text: '2*3*4 and *a b*, (*c*)',
      markdown: '2*3*4 and **a b**, (**c**)',
      because: 'no marks inside words',
    },
    { source: '```a &lt; b```', text: '```a < b```', markdown: '```\na < b\n```', because: 'a fence has its line' },
    {
      source: 'x ```\na\n``` y',
      text: 'x ```\na\n``` y',
      markdown: 'x \n```\na\n```\n y',
      because: 'also in the middle',
    },
    { source: '<not closed', text: '<not closed', markdown: '<not closed', because: 'what is no reference stays' },
    { source: '', text: '', markdown: '', because: 'nothing' },
  ])('$because: $source', ({ source, text, markdown }) => {
    expect(readSlackText(source)).toMatchObject({ text, markdown });
  });

  it('names each mentioned person once', () => {
    expect(readSlackText('<@U1> <@U2|ana> <@U1>').mentions).toEqual([{ id: 'U1' }, { id: 'U2', name: 'ana' }]);
  });

  it('makes nothing of text that could become HTML', () => {
    const { markdown } = readSlackText('&lt;img src=x onerror=1&gt; <https://x.y|&lt;b&gt;>');
    expect(toHtml(parseMarkdown(markdown))).not.toContain('<img');
    expect(toHtml(parseMarkdown(markdown))).not.toContain('<b>');
    expect(toPlainText(parseMarkdown(markdown))).toContain('<img src=x onerror=1>');
  });

  it('reads any text, in time', () => {
    const pieces = fc.constantFrom('<', '>', '@U1', '|', '*', '~', '`', '```', '&lt;', '\n', ' ', 'a', '\u0000', '0');
    fc.assert(fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => void readSlackText(parts.join(''))));
    for (const piece of ['<', '*a', '~ ', '`', '```', '<@U1', '* a ', '<a|']) readSlackText(piece.repeat(20_000));
  });
});

it('tells a mention from an id that begins alike', () => {
  expect(mentionsAny('hi <@U1>', ['U1'])).toBe(true);
  expect(mentionsAny('hi <@U1|bot>', ['U1'])).toBe(true);
  expect(mentionsAny('hi <@U12> U1', ['U1'])).toBe(false);
});
