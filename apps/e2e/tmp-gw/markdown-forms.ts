import { toString } from 'mdast-util-to-string';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

const parser = unified().use(remarkParse).use(remarkGfm).freeze();
const toHtml = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeSanitize).use(rehypeStringify).freeze();

/** Markdown as HTML that is safe to show: no scripts, no HTML of the author. */
export const htmlOf = (markdown: string) => String(toHtml.processSync(markdown));

/** Markdown as text alone: one paragraph, list item or row each on its line. */
export const plainTextOf = (markdown: string) => linesOf(parser.parse(markdown)).join('\n');

type Node = ReturnType<typeof parser.parse> | ReturnType<typeof parser.parse>['children'][number];

const containers = new Set(['root', 'list', 'listItem', 'blockquote', 'table']);

function linesOf(node: Node): string[] {
  if (node.type === 'tableRow') return [node.children.map((cell) => toString(cell)).join('\t')];
  if ('children' in node && containers.has(node.type)) return node.children.flatMap((child) => linesOf(child));
  const text = toString(node);
  return text === '' ? [] : [text];
}
