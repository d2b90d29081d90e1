import { parse, TomlError } from 'smol-toml';

/** A file that is no TOML at all: where reading stopped and why. Never quotes the file, which may hold secrets. */
export interface TomlProblem {
  line: number;
  message: string;
}

export type TomlRead =
  { ok: true; text: string; document: Record<string, unknown> } | { ok: false; problem: TomlProblem };

/** Reads TOML. Bytes are the better input: a string may already have lost what was not valid UTF-8. */
export function readToml(input: string | Uint8Array): TomlRead {
  if (typeof input === 'string') return readText(input);
  try {
    // smol-toml takes strings and so cannot see bytes that are not UTF-8.
    return readText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input));
  } catch {
    return { ok: false, problem: { line: firstBadLine(input), message: 'is not valid UTF-8' } };
  }
}

function readText(text: string): TomlRead {
  try {
    return { ok: true, text, document: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { ok: false, problem: { line: error.line, message: `is not valid TOML: ${firstLine(error)}` } };
  }
}

/** The parser's message ends with the lines of the file around the error: those stay out. */
function firstLine(error: TomlError): string {
  return (error.message.split('\n', 1)[0] ?? '').replace(/^Invalid TOML document: /, '');
}

function firstBadLine(bytes: Uint8Array): number {
  const newline = 0x0a;
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(newline, start);
    const stop = end === -1 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, stop))) break;
    start = stop;
    line++;
  }
  return line;
}

/** A newline byte is never part of a longer UTF-8 sequence, so each line can be judged alone. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
