export type { MarkdownTree } from './markdown-tree.ts';
export { parseMarkdown } from './parse-markdown.ts';
export { toHtml } from './to-html.ts';
export { toPlainText } from './to-plain-text.ts';
