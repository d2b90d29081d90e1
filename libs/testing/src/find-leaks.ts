import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Something that came out of a run: a log, a trace, an answer. */
export interface Outcome {
  /** Where it came out, in words for a failed test. */
  where: string;
  text: string | Uint8Array;
}

/** Anything shorter is found by chance. */
const shortest = 8;

/**
 * Where secrets came out, in words; empty is what a test wants. A secret is found as it is, and as it stands in a URL, in JSON, in
 * hex and in base64, also in the middle of a longer text that was encoded. Values of less than 8 characters are not looked for.
 */
export function findLeaks(outcomes: Iterable<Outcome>, secrets: readonly string[]): string[] {
  const forms = formsOfAll(secrets);
  return [...outcomes].flatMap(({ where, text }) => leaksIn(where, Buffer.from(text), forms));
}

/** `findLeaks` in every file below a folder, such as the store of a server; big files are read in pieces. */
export async function findLeaksInFolder(folder: string, secrets: readonly string[]): Promise<string[]> {
  const forms = formsOfAll(secrets);
  const longest = Math.max(0, ...forms.map(({ bytes }) => bytes.length));
  const found = new Set<string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    let tail = Buffer.alloc(0);
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      const piece = Buffer.concat([tail, chunk]);
      for (const leak of leaksIn(relative(folder, file), piece, forms)) found.add(leak);
      tail = piece.subarray(Math.max(0, piece.length - longest));
    }
  }
  return [...found];
}

interface Form {
  secret: string;
  how: string;
  bytes: Buffer;
}

function leaksIn(where: string, text: Buffer, forms: readonly Form[]): string[] {
  return forms
    .filter(({ bytes }) => text.includes(bytes))
    .map(({ secret, how }) => `${where} holds ${secret} (${how})`);
}

const formsOfAll = (secrets: readonly string[]) =>
  [...new Set(secrets)].filter((secret) => secret.length >= shortest).flatMap(formsOf);

function formsOf(secret: string): Form[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => inBase64(bytes, before));
  const texts = new Map([
    ...base64.map((text) => [text.replaceAll('+', '-').replaceAll('/', '_'), 'in base64url'] as const),
    ...base64.map((text) => [text, 'in base64'] as const),
    [bytes.toString('hex'), 'in hex'],
    [JSON.stringify(secret).slice(1, -1), 'in JSON'],
    [encodeURIComponent(secret), 'in a URL'],
    [secret, 'as it is'],
  ]);
  return [...texts].map(([text, how]) => ({ secret, how, bytes: Buffer.from(text) }));
}

/** What stands in the base64 of any text that has the bytes at a place which leaves this remainder of three. */
function inBase64(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = before === 0 ? 0 : before + 1;
  const last = (before + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
  return whole.slice(first, last);
}
