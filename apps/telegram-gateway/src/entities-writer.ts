import type { EntityText, TextEntity } from './entities.ts';

/** A place in what was written: how long the text was, and how many entities it had. */
export interface Mark {
  offset: number;
  count: number;
}

/** A text that grows, with the entities of what was written. */
export interface EntityWriter {
  /** Here something begins; the line's indentation is before it. */
  begin(): Mark;
  /** UTF-16 units so far. */
  length(): number;
  /** Adds text; its lines get the indentation of what they are in. */
  write(text: string): void;
  /** Adds text whose lines are not indented. */
  writeCode(text: string): void;
  /** Indents the lines that are begun meanwhile. */
  indented(indent: string, write: () => void): void;
  add(entity: TextEntity): void;
  /** What was added since a place. */
  addedSince(mark: Mark): TextEntity[];
  result(): EntityText;
}

/** An empty text to write to. */
export function entityWriter(): EntityWriter {
  const texts: string[] = [];
  const entities: TextEntity[] = [];
  let length = 0;
  let indent = '';
  let atLineStart = true;

  const push = (text: string) => {
    texts.push(text);
    length += text.length;
  };
  const beginLine = () => {
    if (atLineStart) push(indent);
    atLineStart = false;
  };
  const writeLine = (line: string, index: number) => {
    if (index > 0) push('\n');
    if (index > 0) atLineStart = true;
    if (line === '') return;
    beginLine();
    push(line);
  };
  return {
    begin: () => {
      beginLine();
      return { offset: length, count: entities.length };
    },
    length: () => length,
    write: (text) => text.split('\n').forEach(writeLine),
    writeCode: (text) => {
      push(text);
      atLineStart = false;
    },
    indented: (by, write) => {
      const outer = indent;
      indent += by;
      write();
      indent = outer;
    },
    add: (entity) => entities.push(entity),
    addedSince: ({ count }) => entities.slice(count),
    result: () => ({ text: texts.join(''), entities }),
  };
}
