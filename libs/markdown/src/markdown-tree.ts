import type { Root } from 'mdast';

declare module 'mdast' {
  interface ListItemData {
    /** The rest of an item that began in an earlier part: it stands where it would, without a mark. */
    continued?: boolean;
  }
}

/** A text in markdown as a tree: what every rendering starts from. Links name their target themselves; HTML is text. */
export type MarkdownTree = Root;

/** Anything within a tree. */
export type MarkdownNode = MarkdownTree['children'][number];
