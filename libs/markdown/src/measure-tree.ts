import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';

/** Where a node's text begins and ends in the text of the whole tree. */
export interface Span {
  start: number;
  end: number;
}

/** A tree laid out as one text, so that any place within it is a number. */
export interface MeasuredTree {
  tree: MarkdownTree;
  text: string;
  /** Every node covers one character at least. */
  spanOf(node: MarkdownTree | MarkdownNode): Span;
}

/** Stands for what has no text of its own: a rule, an empty item. */
const placeholder = '\ufffc';

/** Lays a tree out as one text; takes time in proportion to its size. */
export function measureTree(tree: MarkdownTree): MeasuredTree {
  const spans = new Map<MarkdownTree | MarkdownNode, Span>();
  const texts: string[] = [];
  let length = 0;
  const add = (text: string) => {
    texts.push(text);
    length += text.length;
  };
  const lay = (node: MarkdownTree | MarkdownNode) => {
    const start = length;
    if ('children' in node) for (const child of node.children) lay(child);
    else add(leafText(node));
    if (length === start) add(placeholder);
    spans.set(node, { start, end: length });
  };
  lay(tree);
  return { tree, text: texts.join(''), spanOf: (node) => spans.get(node) ?? { start: 0, end: 0 } };
}

function leafText(node: MarkdownNode): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? '';
  return 'value' in node ? node.value : '';
}
