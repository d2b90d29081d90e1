import { parseMarkdown } from '@trunkline/markdown';
import { mrkdwnChunks } from './mrkdwn.ts';
import type { SlackBlock, SlackMessage } from './render-step.ts';
import { splitText } from './render-split.ts';

/** What a text is written in. */
export type TextForm = 'markdown' | 'mrkdwn' | 'plain';

/** Longer texts can be posted but not edited (`msg_too_long`), so nothing longer is posted. */
export const maxText = 4_000;

/** What a section block takes. */
export const maxSection = 3_000;

/** A text as messages of at most `limit` characters, in order. An empty text is none. */
export function textMessages(text: string, form: TextForm, limit: number = maxText): SlackMessage[] {
  return chunks(text, form, limit)
    .filter((chunk) => chunk.trim() !== '')
    .map((chunk) => ({ text: chunk, mrkdwn: form !== 'plain' }));
}

function chunks(text: string, form: TextForm, limit: number): string[] {
  switch (form) {
    case 'markdown':
      return mrkdwnChunks(parseMarkdown(text), { limit });
    case 'mrkdwn':
      return splitText(inert(text), { limit, fences: true });
    case 'plain':
      return splitText(escapeText(text), { limit });
  }
}

/** Text that Slack shows as it is written: the three characters that mean something are escaped. */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const unescapeText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** `<!channel>` and its like call everybody: they are shown, not obeyed. */
const inert = (text: string): string => text.replace(/<(!(?:channel|here|everyone)\b)/gi, '&lt;$1');

/** A message's text as section blocks, for a message that has blocks. */
export function sections({ text, mrkdwn }: SlackMessage): SlackBlock[] {
  if (!mrkdwn) {
    // Nothing is parsed in plain_text, so nothing is escaped either.
    const pieces = splitText(unescapeText(text), { limit: maxSection });
    return pieces.map((piece) => ({ type: 'section', text: { type: 'plain_text', text: piece } }));
  }
  const pieces = splitText(text, { limit: maxSection, fences: true });
  return pieces.map((piece) => ({ type: 'section', text: { type: 'mrkdwn', text: piece, verbatim: true } }));
}
