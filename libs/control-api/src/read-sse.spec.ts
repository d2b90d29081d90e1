import { expect, it } from 'vitest';
import { readServerSentEvents } from './read-sse.ts';

async function read(text: string, bytesAtATime: number) {
  async function* chunks() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += bytesAtATime) yield bytes.subarray(at, at + bytesAtATime);
  }
  const events = [];
  for await (const event of readServerSentEvents(chunks(), () => {})) events.push(event);
  return events;
}

const stream = [
  'retry: 1000\nid: a1\n\n',
  'id: a2\nevent: turn\ndata: {"text":"ä 🙂"}\n\n',
  ': a comment\n\n',
  'data: two\r\ndata: lines\r\n\r\n',
  'data: cut off',
].join('');

it.each([1, 2, 3, 7, 1_000])(
  'reads events whose bytes come %i at a time; keeps the id until the next',
  async (size) => {
    expect(await read(stream, size)).toEqual([
      { type: 'message', data: '', id: 'a1' },
      { type: 'turn', data: '{"text":"ä 🙂"}', id: 'a2' },
      { type: 'message', data: '', id: 'a2' },
      { type: 'message', data: 'two\nlines', id: 'a2' },
    ]);
  },
);
