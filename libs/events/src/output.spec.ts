import { describe, expect, it } from 'vitest';
import { readOutput } from './output.ts';

const said = { output_id: 'o1', session_id: 's1', content: 'hi' };
const quiet = { output_id: 'o1', session_id: 's1' };
const base64Of = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as object;

describe('readOutput', () => {
  it.each([
    { output: said, because: 'text' },
    {
      output: {
        ...said,
        v: 1,
        turn_id: 't',
        reply_handle: 'h',
        format: 'plain',
        expires_at: '2026-01-01T00:00:00+02:00',
      },
      because: 'all that goes with it',
    },
    {
      output: {
        ...quiet,
        parts: [
          { type: 'text', text: 'a' },
          { type: 'attachment', asset_id: 'x' },
          {
            type: 'buttons',
            rows: [
              [
                { label: 'a', value: '1' },
                { label: 'b', url: 'https://b.example' },
              ],
            ],
          },
        ],
      },
      because: 'every kind of part',
    },
    {
      output: { ...quiet, parts: [{ type: 'attachment', content_base64: base64Of(256 * 1024), file_name: 'a' }] },
      because: 'a file of 256 KiB',
    },
    { output: { ...said, content: 'ä'.repeat(128 * 1024) }, because: 'a text of 256 KiB' },
    {
      output: {
        ...said,
        reply_targets: [
          { plugin: 'telegram', address: '{"connector":"b","chat_id":1}' },
          { type: 'slack', connector: 'a', channel_id: 'C', thread_ts: null },
        ],
      },
      because: 'targets in both forms, nulls for nothing',
    },
    { output: { ...quiet, delete_of: 'o0' }, because: 'taking back' },
    { output: { ...said, edit_of: 'o0' }, because: 'an edit' },
    { output: { ...quiet, reaction: { name: 'eyes', on: '1.1' } }, because: 'a reaction' },
    { output: { ...quiet, status: 'typing' }, because: 'a status' },
    { output: { ...said, stream: { seq: 3, state: 'close' } }, because: 'the end of a stream' },
    { output: { ...said, metadata: { a: nested(63) } }, because: 'metadata of 64 levels' },
  ])('takes $because', ({ output }) => {
    const read = readOutput(JSON.parse(JSON.stringify(output)));
    expect(read.ok || read.problems).toBe(true);
  });

  it.each([
    { output: quiet, says: /says nothing/, because: 'nothing is said' },
    { output: { ...quiet, edit_of: 'o0' }, says: /says nothing/, because: 'an edit into nothing' },
    { output: { ...said, edit_of: 'a', delete_of: 'b' }, says: /cannot stand together/, because: 'contradiction' },
    { output: { ...said, contnet: 'x' }, says: /contnet/, because: 'a typing mistake' },
    { output: { ...said, session_id: '..' }, says: /session_id/, because: 'no session is called that' },
    {
      output: { ...said, content: 'ä'.repeat(128 * 1024 + 1) },
      says: /256 KiB/,
      because: 'bytes count, not characters',
    },
    {
      output: { ...quiet, parts: [{ type: 'attachment', content_base64: base64Of(256 * 1024 + 3) }] },
      says: /parts\[0\]\.content_base64.*256 KiB/,
      because: 'a file too large',
    },
    {
      output: { ...quiet, parts: [{ type: 'attachment', content_base64: 'a b' }] },
      says: /content_base64/,
      because: 'not base64',
    },
    {
      output: {
        ...said,
        content: 'a'.repeat(200_000),
        parts: [{ type: 'attachment', content_base64: base64Of(256 * 1024) }],
      },
      says: /512 KiB/,
      because: 'too much for one message',
    },
    {
      output: { ...quiet, parts: [{ type: 'attachment', asset_id: 'a', url: 'https://a.example' }] },
      says: /exactly one of asset_id, url/,
      because: 'two sources',
    },
    {
      output: { ...quiet, parts: [{ type: 'attachment', url: 'file:///etc/passwd' }] },
      says: /url/,
      because: 'not a web address',
    },
    {
      output: { ...quiet, parts: [{ type: 'buttons', rows: [[{ label: 'a' }]] }] },
      says: /value, url/,
      because: 'a button that does nothing',
    },
    { output: { ...quiet, parts: [{ type: 'poll' }] }, says: /parts\[0\]\.type/, because: 'unknown part' },
    {
      output: { ...said, reply_targets: [{ type: 'slack', connector: 'a' }] },
      says: /reply_targets\[0\]: channel_id/,
      because: 'half a target',
    },
    { output: { ...said, metadata: { 'trunkline.x': 1 } }, says: /trunkline\./, because: 'that metadata is ours' },
    { output: { ...said, metadata: { a: nested(64) } }, says: /deeper than 64/, because: 'too deep' },
    { output: { ...said, expires_at: 'tomorrow' }, says: /expires_at/, because: 'not a time' },
    { output: { ...said, stream: { seq: -1, state: 'delta' } }, says: /stream\.seq/, because: 'counting starts at 0' },
    { output: 'hi', says: /object/, because: 'not an object' },
  ])('refuses: $because', ({ output, says }) => {
    expect(readOutput(output)).toEqual({ ok: false, reason: 'invalid', problems: [expect.stringMatching(says)] });
  });

  it('does not judge another major version', () => {
    expect(readOutput({ ...said, v: 2, words: [] })).toMatchObject({ ok: false, reason: 'unknown_version' });
  });

  it('pollutes no prototype', () => {
    const text =
      '{"output_id":"o","session_id":"s","content":"x","metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    const read = readOutput(JSON.parse(text));
    expect(read.ok && Object.hasOwn(read.value.metadata ?? {}, '__proto__')).toBe(false);
    expect(read.ok && Object.getPrototypeOf(read.value.metadata)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
