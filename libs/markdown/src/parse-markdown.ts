import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { hasTooManyMarks, hasTooManyPieces, isTooDeep, maxPieces } from './markdown-limits.ts';
import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
import { replaceNodes } from './replace-nodes.ts';
import { resolveReferences } from './resolve-references.ts';

// No chat platform has footnotes, and their back references are quadratic. HTML stays what it is, a text: nothing is lost, nothing runs.
const notMarkdown = ['htmlFlow', 'htmlText', 'gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall'];
const marks = ['attention', 'strikethrough', 'codeText', 'labelStartLink', 'labelStartImage', 'labelEnd'];
const addresses = ['autolink', 'wwwAutolink', 'protocolAutolink', 'emailAutolink'];
const escapes = ['characterEscape', 'characterReference'];

const whole = parserWithout(notMarkdown);
const blocksOnly = parserWithout([...notMarkdown, ...marks, ...addresses, ...escapes]);

/**
 * Parses GitHub's markdown. Never throws, and keeps the process that calls it alive, whatever the text: where emphasis, links or
 * code are so many that matching them would take the square of the time, they stay as they are written; what is nested deeper or
 * has more lines than anybody reads is plain text.
 */
export function parseMarkdown(text: string): MarkdownTree {
  if (isTooDeep(text) || hasTooManyPieces(text)) return plainTree(text);
  return withoutWideTables(resolveReferences(parse(text), text.length), text);
}

function parse(text: string): MarkdownTree {
  if (!hasTooManyMarks([text])) return whole.parse(text);
  const blocks = blocksOnly.parse(text);
  return hasTooManyMarks(runsOf(blocks, text)) ? blocks : whole.parse(text);
}

function parserWithout(constructs: string[]) {
  return unified()
    .data('micromarkExtensions', [{ disable: { null: constructs } }])
    .use(remarkParse)
    .use(remarkGfm)
    .freeze();
}

/** The source of each paragraph, heading and table cell. */
function runsOf(node: MarkdownTree | MarkdownNode, text: string): string[] {
  if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'tableCell') return [sourceOf(node, text)];
  return 'children' in node ? node.children.flatMap((child) => runsOf(child, text)) : [];
}

/** A row may be short, but whoever renders it fills it up. */
function withoutWideTables(tree: MarkdownTree, text: string): MarkdownTree {
  return replaceNodes(tree, (node) =>
    node.type === 'table' && node.children.length * (node.align?.length ?? 0) > maxPieces
      ? plainParagraph(sourceOf(node, text))
      : undefined,
  );
}

const sourceOf = ({ position }: MarkdownNode, text: string) => text.slice(position?.start.offset, position?.end.offset);

const plainParagraph = (value: string): MarkdownNode => ({ type: 'paragraph', children: [{ type: 'text', value }] });

const plainTree = (text: string): MarkdownTree => ({ type: 'root', children: [plainParagraph(text)] });
