import type { MarkdownTree } from './markdown-tree.ts';

/** URLs of links that name them elsewhere in the text. */
export type LinkTargets = ReadonlyMap<string, string>;

type Node = MarkdownTree | MarkdownTree['children'][number];

/** Collects the definitions of a tree; of two with one name the first counts. */
export function linkTargets(tree: MarkdownTree): LinkTargets {
  const targets = new Map<string, string>();
  collect(tree, targets);
  return targets;
}

function collect(node: Node, targets: Map<string, string>): void {
  if (node.type === 'definition' && !targets.has(node.identifier)) targets.set(node.identifier, node.url);
  if ('children' in node) for (const child of node.children) collect(child, targets);
}
