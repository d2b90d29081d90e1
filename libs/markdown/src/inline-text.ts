import type { MarkdownNode } from './markdown-tree.ts';

/** The words of a paragraph, links and images with their targets in brackets. */
export function inlineText(nodes: readonly MarkdownNode[]): string {
  return nodes.map(nodeText).join('');
}

function nodeText(node: MarkdownNode): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'link') return withTarget(inlineText(node.children), node.url);
  if (node.type === 'image') return withTarget(node.alt ?? '', node.url);
  if ('children' in node) return inlineText(node.children);
  return 'value' in node ? node.value : '';
}

/** A link that shows its own address needs it once. */
function withTarget(text: string, url: string): string {
  if (!url || url === text || url === `mailto:${text}` || url === `http://${text}`) return text;
  return text === '' ? url : `${text} (${url})`;
}
