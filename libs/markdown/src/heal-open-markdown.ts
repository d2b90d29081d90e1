/** Closes what is still open at the end of a growing text: a fence, a code span, emphasis, a link. */
export function healOpenMarkdown(text: string): string {
  return text;
}
