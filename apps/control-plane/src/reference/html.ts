const source = Symbol('source');

/** HTML that is safe to put into a page: made by `html` only. */
export interface Html {
  readonly [source]: string;
}

type Part = string | number | Html | readonly Html[] | undefined;

/** A template whose values are escaped, except those that are HTML already. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  return { [source]: literals.map((literal, at) => literal + sourceOf(parts[at])).join('') };
}

/** The text to send. */
export function sourceOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part !== 'object') {
    return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  }
  return source in part ? part[source] : part.map((each) => each[source]).join('');
}

/** Our descriptions: paragraphs, and `code` between backticks. */
export function prose(text: string | undefined): Html[] {
  const paragraphs = (text ?? '').split(/\n\n+/).filter((paragraph) => paragraph !== '');
  return paragraphs.map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** One line of ours. */
export function inline(text: string): Html[] {
  return text.split('`').map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
}
