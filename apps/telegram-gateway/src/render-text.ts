import { parseMarkdown } from '@trunkline/markdown';
import { entityChunks, type TextEntity } from './entities.ts';
import { htmlToPlain } from './render-html.ts';
import { plainChunks } from './render-plain.ts';

/** UTF-16 units that Telegram takes in a message and in the caption of a file. */
export const maxTextUnits = 4096;
export const maxCaptionUnits = 1024;

/** What a text is written in: an output's own word, else its connector's. */
export type TextFormat = 'markdown' | 'html' | 'plain';

/** Text of one message. With `entities` Telegram parses nothing; `html` lets it parse, and refuse. */
export interface TextChunk {
  text: string;
  entities?: TextEntity[];
  html?: true;
}

/** A text in messages of at most `limit` UTF-16 units each; none where there is nothing to show. */
export function textChunks(text: string, { format, limit }: { format: TextFormat; limit: number }): TextChunk[] {
  switch (format) {
    case 'plain':
      return plainChunks(text, limit).map((chunk) => ({ text: chunk }));
    case 'html':
      return htmlChunks(text, limit);
    case 'markdown':
      return entityChunks(parseMarkdown(text), { limit })
        .filter((chunk) => chunk.text.trim() !== '')
        .map((chunk) => (chunk.entities.length > 0 ? chunk : { text: chunk.text }));
  }
}

/** HTML goes as it is where it fits; cut in two it could be torn within a tag, so longer texts go without formatting. */
function htmlChunks(html: string, limit: number): TextChunk[] {
  const plain = htmlToPlain(html);
  if (plain.trim() === '') return [];
  return html.length <= limit ? [{ text: html, html: true }] : plainChunks(plain, limit).map((text) => ({ text }));
}

/** The same text with nothing in it for a parser to refuse. */
export const withoutFormatting = ({ text, html }: TextChunk): TextChunk => ({ text: html ? htmlToPlain(text) : text });
