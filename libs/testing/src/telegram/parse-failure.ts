/** What is wrong with a marked-up text, in Telegram's words. */
export class ParseFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ParseFailure';
  }
}

/** The byte at which this UTF-16 position of a text is: Telegram counts bytes when it complains. */
export const byteOffset = (text: string, position: number): number => Buffer.byteLength(text.slice(0, position));
