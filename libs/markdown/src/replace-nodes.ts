import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';

/** A tree with some nodes replaced: those that `by` returns another for. What is within them is not looked at. */
export function replaceNodes<T extends MarkdownTree | MarkdownNode>(
  node: T,
  by: (node: MarkdownNode) => MarkdownNode | undefined,
): T {
  if (!('children' in node)) return node;
  return { ...node, children: node.children.map((child) => by(child) ?? replaceNodes(child, by)) };
}
