/** A text that comes in pieces, of which some may be lost or late: what is there is shown, the durable text heals it. */
export class LiveText {
  #text = '';
  #seq: number;

  /** Pieces up to `after` are not part of it. */
  constructor(after: number) {
    this.#seq = after;
  }

  get text(): string {
    return this.#text;
  }

  /** False for a piece that comes again or too late. */
  add({ seq, content }: { seq: number; content: string }): boolean {
    if (seq <= this.#seq) return false;
    this.#seq = seq;
    this.#text += content;
    return true;
  }
}

/** The beginning of a text that fits, with what is open in it closed. `heal` may add as much as it needs: less is shown then. */
export function visibleText(text: string, { limit, heal }: { limit: number; heal(text: string): string }): string {
  let length = Math.min(text.length, limit);
  for (;;) {
    const healed = heal(startOf(text, length));
    const tooLong = healed.length - limit;
    if (tooLong <= 0) return healed;
    if (length === 0) return '';
    length = Math.max(0, length - tooLong);
  }
}

/** Never half a surrogate pair. */
function startOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const isSplit = length < text.length && last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isSplit ? length - 1 : length);
}
