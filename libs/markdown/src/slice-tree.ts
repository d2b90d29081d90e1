import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
import type { MeasuredTree, Span } from './measure-tree.ts';

/**
 * What a tree says from one place to another, as a tree: containers are closed and opened again, lists count on, a table repeats
 * its heading.
 */
export function sliceTree(measured: MeasuredTree, range: Span): MarkdownTree {
  return slice(measured.tree, range, measured);
}

function slice<T extends MarkdownTree | MarkdownNode>(node: T, range: Span, measured: MeasuredTree): T {
  const { start, end } = measured.spanOf(node);
  if (range.start <= start && range.end >= end) return node;
  if (node.type === 'link' || node.type === 'tableRow') return node;
  if ('value' in node)
    return { ...node, value: node.value.slice(Math.max(0, range.start - start), Math.max(0, range.end - start)) };
  if (!('children' in node)) return node;
  const first = firstBehind(node.children, range.start, measured);
  const children: MarkdownNode[] = [];
  for (let index = first; index < node.children.length; index++) {
    const child = node.children[index];
    if (!child || measured.spanOf(child).start >= range.end) break;
    children.push(slice(child, range, measured));
  }
  const heading = node.type === 'table' && first > 0 ? node.children.slice(0, 1) : [];
  const begun = node.type === 'listItem' && range.start > start ? { data: { ...node.data, continued: true } } : {};
  const counted = node.type === 'list' && node.ordered ? { start: (node.start ?? 1) + first } : {};
  return { ...node, ...begun, ...counted, children: [...heading, ...children] };
}

/** The index of the first node that ends behind a place. */
function firstBehind(nodes: readonly MarkdownNode[], place: number, measured: MeasuredTree): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle];
    if (node && measured.spanOf(node).end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
