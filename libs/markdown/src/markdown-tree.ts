import type { Root } from 'mdast';

/** A text in markdown as a tree: what every rendering starts from. */
export type MarkdownTree = Root;
