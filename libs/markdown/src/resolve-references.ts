import type { Definition } from 'mdast';
import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';

type Node = MarkdownTree | MarkdownNode;
interface Targets {
  definitions: ReadonlyMap<string, Definition>;
  /** Characters that targets may still add to the text. */
  budget: number;
}

const leastBudget = 100_000;

/**
 * Turns references into the links that they mean, and takes the definitions out of the tree, in place. Targets may add as many
 * characters as the text is long: a long one that is named a thousand times would fill the memory. Beyond that, links have no target.
 */
export function resolveReferences(tree: MarkdownTree, length: number): MarkdownTree {
  const definitions = new Map<string, Definition>();
  takeDefinitions(tree, definitions);
  if (definitions.size > 0) resolve(tree, { definitions, budget: Math.max(leastBudget, length) });
  return tree;
}

/** Of two with one name the first counts. */
function takeDefinitions(node: Node, definitions: Map<string, Definition>): void {
  if (!('children' in node)) return;
  let kept = 0;
  for (const child of node.children) {
    if (child.type !== 'definition') node.children[kept++] = child;
    else if (!definitions.has(child.identifier)) definitions.set(child.identifier, child);
    takeDefinitions(child, definitions);
  }
  node.children.length = kept;
}

function resolve(node: Node, targets: Targets): void {
  if (node.type === 'linkReference') Object.assign(node, { type: 'link', ...targetOf(node.identifier, targets) });
  if (node.type === 'imageReference') Object.assign(node, { type: 'image', ...targetOf(node.identifier, targets) });
  if ('children' in node) for (const child of node.children) resolve(child, targets);
}

function targetOf(identifier: string, targets: Targets): Pick<Definition, 'url' | 'title'> {
  const { url = '', title } = targets.definitions.get(identifier) ?? {};
  targets.budget -= url.length + (title?.length ?? 0);
  return targets.budget < 0 ? { url: '', title: null } : { url, title };
}
