import { splitTree, type MarkdownTree } from '@trunkline/markdown';
import { renderBlocks } from './entities-blocks.ts';
import { tidyEntities } from './entities-tidy.ts';

/** A span of a text that is shown differently; offset and length count UTF-16 units. */
export type TextEntity =
  | { type: 'bold' | 'italic' | 'strikethrough' | 'code' | 'blockquote'; offset: number; length: number }
  | { type: 'pre'; offset: number; length: number; language?: string }
  | { type: 'text_link'; offset: number; length: number; url: string };

/** What Telegram shows: a text, and its entities sorted and properly nested, at most 100. */
export interface EntityText {
  text: string;
  entities: TextEntity[];
}

const longestText = 4096;

/** A tree as text and entities: nothing for Telegram to parse, so nothing that it can refuse to parse. */
export function toEntities(tree: MarkdownTree): EntityText {
  return tidyEntities(renderBlocks(tree.children));
}

/** A tree in pieces of at most `limit` UTF-16 units, none of them blank; together they say all of it. */
export function entityChunks(tree: MarkdownTree, { limit = longestText } = {}): EntityText[] {
  return splitTree(tree, (part) => toEntities(part).text.length <= limit)
    .map(toEntities)
    .filter(({ text }) => isVisible(text));
}

/** Telegram refuses a text of nothing but these. */
const isVisible = (text: string) => /[^\s\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u.test(text);
