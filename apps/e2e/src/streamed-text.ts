/** What `stream <n>` makes the agent say: n words. */
export const streamedText = (words: number): string => Array.from({ length: words }, (_, n) => `word${n}`).join(' ');
