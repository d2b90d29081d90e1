export { healOpenMarkdown } from './heal-open-markdown.ts';
export { inlineText } from './inline-text.ts';
export type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
export { parseMarkdown } from './parse-markdown.ts';
export { splitTree } from './split-tree.ts';
export { tableText } from './table-text.ts';
export { toHtml } from './to-html.ts';
export { toPlainText } from './to-plain-text.ts';
