import { inlineText } from './inline-text.ts';
import type { MarkdownTree } from './markdown-tree.ts';
import { tableText } from './table-text.ts';

type Node = MarkdownTree['children'][number];
type List = Extract<Node, { type: 'list' }>;

/** A text to read where there is no markup: lists keep their marks, links their targets, tables their columns, code its form. */
export function toPlainText(tree: MarkdownTree): string {
  return blocksText(tree.children);
}

function blocksText(nodes: readonly Node[], between = '\n\n'): string {
  return nodes.map((node) => blockText(node)).join(between);
}

function blockText(node: Node): string {
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return inlineText(node.children);
    case 'blockquote':
      return prefixed(blocksText(node.children), { first: '> ', rest: '> ' });
    case 'list':
      return listText(node);
    case 'table':
      return tableText(node);
    case 'thematicBreak':
      return '---';
    case 'code':
      return node.value;
    default:
      return 'value' in node ? node.value : '';
  }
}

function listText(list: List): string {
  const items = list.children.map((item, index) => {
    const mark = list.ordered ? `${(list.start ?? 1) + index}. ` : '- ';
    const first = item.data?.continued ? ' '.repeat(mark.length) : mark;
    const box = typeof item.checked === 'boolean' && !item.data?.continued ? `[${item.checked ? 'x' : ' '}] ` : '';
    const text = blocksText(item.children, item.spread ? '\n\n' : '\n');
    return prefixed(box + text, { first, rest: ' '.repeat(mark.length) });
  });
  return items.join(list.spread ? '\n\n' : '\n');
}

function prefixed(text: string, { first, rest }: { first: string; rest: string }): string {
  return text
    .split('\n')
    .map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd())
    .join('\n');
}
