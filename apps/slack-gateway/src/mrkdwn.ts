import { splitTree, tableText, type MarkdownNode, type MarkdownTree } from '@trunkline/markdown';
import { mrkdwnInline, mrkdwnMarked } from './mrkdwn-inline.ts';
import { breakFences, escapeMrkdwn } from './mrkdwn-text.ts';

type List = Extract<MarkdownNode, { type: 'list' }>;
type ListItem = List['children'][number];

/** A line of code stands at the margin, whatever it is in: Slack would show the marks of a quote or an item as code. */
interface Line {
  text: string;
  code: boolean;
}

/** Slack refuses to edit what is longer. */
const editableLength = 4000;

const bullets = ['•', '◦', '▪'];
const rule = '──────────';

/** A tree as Slack's mrkdwn. Nothing in it mentions anybody: links and marks are ours, all else is escaped. */
export function toMrkdwn(tree: MarkdownTree): string {
  return blockLines(tree.children, { depth: 0 })
    .map(({ text }) => text)
    .join('\n');
}

/** A tree as mrkdwn in pieces of at most `limit` characters (from 200), none of them blank; together they say all of it. */
export function mrkdwnChunks(tree: MarkdownTree, { limit = editableLength } = {}): string[] {
  return splitTree(tree, (part) => toMrkdwn(part).length <= limit)
    .map(toMrkdwn)
    .filter((text) => /[^\s\u200b>]/.test(text));
}

interface Place {
  depth: number;
  /** Blocks that follow each other without a blank line. */
  tight?: boolean;
}

function blockLines(nodes: readonly MarkdownNode[], place: Place): Line[] {
  const blocks = nodes.map((node) => linesOf(node, place)).filter((lines) => lines.length > 0);
  const between = place.tight ? [] : [{ text: '', code: false }];
  return blocks.flatMap((lines, index) => (index === 0 ? lines : [...between, ...lines]));
}

function linesOf(node: MarkdownNode, { depth }: Place): Line[] {
  switch (node.type) {
    case 'paragraph':
      return textLines(mrkdwnInline(node.children));
    case 'heading':
      return textLines(mrkdwnMarked(node.children, '*'));
    case 'blockquote':
      return prefixed(blockLines(node.children, { depth }), { first: '> ', rest: '> ' });
    case 'list':
      return listLines(node, depth);
    case 'table':
      return codeLines(tableText(node));
    case 'thematicBreak':
      return textLines(rule);
    case 'code':
      return codeLines(node.value);
    default:
      return textLines(mrkdwnInline([node]));
  }
}

const textLines = (text: string): Line[] =>
  text === '' ? [] : text.split('\n').map((line) => ({ text: line, code: false }));

/** Slack shows no language: it would be a line of the code. */
function codeLines(value: string): Line[] {
  if (value.trim() === '') return [];
  const lines = ['```', ...escapeMrkdwn(breakFences(value)).split('\n'), '```'];
  return lines.map((text) => ({ text, code: true }));
}

function listLines(list: List, depth: number): Line[] {
  const items = list.children.map((item, index) => {
    const mark = list.ordered ? `${(list.start ?? 1) + index}. ` : `${bullets[Math.min(depth, 2)]} `;
    const lines = blockLines(item.children, { depth: depth + 1, tight: !item.spread });
    const rest = list.ordered ? ' '.repeat(mark.length) : '    ';
    return prefixed(lines.length > 0 ? lines : [{ text: '', code: false }], {
      first: item.data?.continued ? rest : mark + boxOf(item),
      rest,
    });
  });
  return items.flatMap((lines, index) => (index > 0 && list.spread ? [{ text: '', code: false }, ...lines] : lines));
}

function boxOf({ checked }: ListItem): string {
  if (typeof checked !== 'boolean') return '';
  return checked ? '☑ ' : '☐ ';
}

/** A mark of an item whose first line is code is a line of its own. */
function prefixed(lines: readonly Line[], { first, rest }: { first: string; rest: string }): Line[] {
  const marked = lines.map((line, index) =>
    line.code ? line : { text: `${index === 0 ? first : rest}${line.text}`.trimEnd(), code: false },
  );
  return lines[0]?.code && first.trim() !== '' && first !== rest
    ? [{ text: first.trimEnd(), code: false }, ...marked]
    : marked;
}
