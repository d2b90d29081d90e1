import type { Code, Table, Text } from 'mdast';
import { inlineText } from './inline-text.ts';
import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
import { replaceNodes } from './replace-nodes.ts';
import { tableText } from './table-text.ts';

/** A tree whose links are text and whose tables are code, so that it can be cut anywhere; undefined if it has none of them. */
export function looseTree(tree: MarkdownTree): MarkdownTree | undefined {
  let changed = false;
  const loosened = replaceNodes(tree, (node) => {
    const loose = looseNode(node);
    changed ||= loose !== undefined;
    return loose;
  });
  return changed ? loosened : undefined;
}

function looseNode(node: MarkdownNode): Code | Text | undefined {
  if (node.type === 'link' || node.type === 'image') return { type: 'text', value: inlineText([node]) };
  return node.type === 'table' ? tableCode(node) : undefined;
}

const tableCode = (table: Table): Code => ({ type: 'code', value: tableText(table) });

/** Headings shorter than this are small against any limit. */
const narrow = 100;

/** Makes code of tables whose heading would fill a quarter of each part if it was repeated there. */
export function withoutWideHeadings(tree: MarkdownTree, fits: (part: MarkdownTree) => boolean): MarkdownTree {
  return replaceNodes(tree, (node) => {
    if (node.type !== 'table') return undefined;
    const [heading] = node.children;
    if (!heading || inlineText(heading.children.flatMap((cell) => cell.children)).length < narrow) return undefined;
    const fourTimes = { ...node, children: [heading, heading, heading, heading] };
    return fits({ type: 'root', children: [fourTimes] }) ? undefined : tableCode(node);
  });
}
