/** What has been said in a message that Slack streams: it can only grow, and nothing in it be taken back. */
export class StreamedText {
  #sent: string;
  #last: string;

  /** Begun with what `streamStart` gave of a text. */
  constructor(text: string) {
    this.#sent = streamStart(text);
    this.#last = text;
  }

  /**
   * What to append for the text as it is now: as far as it agrees with the one before, because what was closed in a text that was cut
   * off is open again in the next. `undefined`: what was said is not the beginning of this text.
   */
  next(text: string): string | undefined {
    const stable = commonStart(this.#last, text);
    this.#last = text;
    if (!text.startsWith(this.#sent)) return undefined;
    return text.slice(this.#sent.length, Math.max(stable, this.#sent.length));
  }

  /** It was appended. */
  sent(piece: string): void {
    this.#sent += piece;
  }
}

/** The part of a first text that is sure to stay: nothing from the first mark of its last line on, which may have been closed for show. */
export function streamStart(text: string): string {
  const line = text.lastIndexOf('\n') + 1;
  const mark = text.slice(line).search(/[*_~`[\]()|\\<]/);
  return mark < 0 ? text : text.slice(0, line + mark).trimEnd();
}

/** How far two texts agree, in UTF-16 units; never half a surrogate pair. */
function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return /[\ud800-\udbff]/.test(one[length - 1] ?? '') ? length - 1 : length;
}
