import type { PhrasingContent } from 'mdast';
import type { LinkTargets } from './link-targets.ts';

/** The words of a paragraph, links and images with their targets in brackets. */
export function inlineText(nodes: readonly PhrasingContent[], targets: LinkTargets): string {
  return nodes.map((node) => nodeText(node, targets)).join('');
}

function nodeText(node: PhrasingContent, targets: LinkTargets): string {
  switch (node.type) {
    case 'break':
      return '\n';
    case 'link':
      return withTarget(inlineText(node.children, targets), node.url);
    case 'linkReference':
      return withTarget(inlineText(node.children, targets), targets.get(node.identifier));
    case 'image':
      return withTarget(node.alt ?? '', node.url);
    case 'imageReference':
      return withTarget(node.alt ?? '', targets.get(node.identifier));
    case 'emphasis':
    case 'strong':
    case 'delete':
      return inlineText(node.children, targets);
    case 'footnoteReference':
      return `[${node.label ?? node.identifier}]`;
    default:
      return node.value;
  }
}

/** A link that shows its own address needs it once. */
function withTarget(text: string, url: string | undefined): string {
  if (!url || url === text || url === `mailto:${text}` || url === `http://${text}`) return text;
  return text === '' ? url : `${text} (${url})`;
}
