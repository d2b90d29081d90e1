export { anyMarkdown, ordinaryMarkdown } from './any-markdown.ts';
export { longAnswer } from './long-answer.ts';
