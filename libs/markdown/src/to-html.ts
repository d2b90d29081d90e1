import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { MarkdownTree } from './markdown-tree.ts';

const processor = unified().use(remarkRehype).use(rehypeSanitize).use(rehypeStringify).freeze();

/** HTML to put into somebody's page: no scripts, no styles, only harmless elements, attributes and link schemes. */
export function toHtml(tree: MarkdownTree): string {
  return processor.stringify(processor.runSync(tree));
}
