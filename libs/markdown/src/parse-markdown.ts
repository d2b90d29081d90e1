import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { hasTooManyPieces, isTooDeep, markCount, maxMarks, maxScanned } from './markdown-limits.ts';
import type { MarkdownTree } from './markdown-tree.ts';
import { resolveReferences } from './resolve-references.ts';

// No chat platform has footnotes, and their back references are quadratic. HTML stays what it is, a text: nothing is lost, nothing runs.
const notMarkdown = ['htmlFlow', 'htmlText', 'gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall'];
const inline = ['attention', 'strikethrough', 'codeText', 'labelStartLink', 'labelStartImage', 'labelEnd'];

const whole = parserWithout(notMarkdown);
const blocksOnly = parserWithout([...notMarkdown, ...inline]);

/**
 * Parses GitHub's markdown. Never throws, and keeps the process that calls it alive, whatever the text: where emphasis, links or
 * code are so many that matching them would take the square of the time, they stay as they are written; what is nested deeper or
 * has more lines than anybody reads is plain text.
 */
export function parseMarkdown(text: string): MarkdownTree {
  if (isTooDeep(text) || hasTooManyPieces(text)) return plainTree(text);
  if (markCount(text) <= maxMarks && markCount(text) * text.length <= maxScanned)
    return resolveReferences(whole.parse(text), text.length);
  const blocks = blocksOnly.parse(text);
  return resolveReferences(hasCostlyRun(blocks, text) ? blocks : whole.parse(text), text.length);
}

function parserWithout(constructs: string[]) {
  return unified()
    .data('micromarkExtensions', [{ disable: { null: constructs } }])
    .use(remarkParse)
    .use(remarkGfm)
    .freeze();
}

type Node = MarkdownTree | MarkdownTree['children'][number];

/** Whether a paragraph, heading or table cell has more marks than can be matched in reasonable time. */
function hasCostlyRun(node: Node, text: string): boolean {
  if (node.type === 'code') return false;
  if ('children' in node && !isRun(node)) return node.children.some((child) => hasCostlyRun(child, text));
  const run = text.slice(node.position?.start.offset, node.position?.end.offset);
  const marks = markCount(run);
  return marks > maxMarks || marks * run.length > maxScanned;
}

const isRun = ({ type }: Node) => type === 'paragraph' || type === 'heading' || type === 'tableCell';

function plainTree(text: string): MarkdownTree {
  return { type: 'root', children: [{ type: 'paragraph', children: [{ type: 'text', value: text }] }] };
}
