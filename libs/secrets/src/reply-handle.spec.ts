import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveKey, generateKey, parseKeyring } from './keyring.ts';
import { openReplyHandle, replyHandlePurpose, sealReplyHandle } from './reply-handle.ts';

const entries = { one: generateKey('one'), two: generateKey('two') };
const keysOf = (text: string) => deriveKey(parseKeyring(text), replyHandlePurpose);
const key = keysOf(entries.one);
const now = Date.UTC(2026, 0, 15, 12);
const expiresAt = now + 3_600_000;
const snapshot = {
  session_id: 'slack:team:C1',
  generation: 1,
  turn_id: 'trn_abc',
  event_id: 'Ev1',
  reply_targets: [{ type: 'slack', channel_id: 'C1', connector: 'team', thread_ts: '1700000000.000100' }],
  output_subject: 'tl.outputs.12.abc',
  issued_at: new Date(now).toISOString(),
};

describe('a sealed reply handle', () => {
  it('comes out as it went in, whatever is in it', () => {
    const text = fc.string({ unit: 'binary' });
    const any = fc.record(
      {
        session_id: text,
        generation: fc.nat(),
        turn_id: text,
        reply_targets: fc.array(fc.record({ type: text, url: text })),
        output_subject: text,
        added_later: text,
      },
      { requiredKeys: ['session_id', 'reply_targets', 'output_subject'] },
    );
    fc.assert(
      fc.property(any, (given) => {
        const sealed = sealReplyHandle(given, { key, expiresAt });
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(openReplyHandle(sealed, { key, now })).toEqual({ ok: true, snapshot: given, expiresAt });
      }),
    );
  });

  it('fails with any bit flipped and any character changed, dropped or added', () => {
    const sealed = sealReplyHandle(snapshot, { key, expiresAt });
    const bytes = Buffer.from(sealed, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(openReplyHandle(flipped.toString('base64url'), { key, now }).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'AZaz09-_+/=. \n'), (at, character) => {
        fc.pre(sealed[at] !== character);
        const [head, tail] = [sealed.slice(0, at), sealed.slice(at + 1)];
        for (const changed of [
          head + character + tail,
          head + tail,
          head + character + sealed.slice(at),
          `${sealed}${character}`,
        ]) {
          expect(openReplyHandle(changed, { key, now }).ok).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    { handle: '', reason: 'malformed', because: 'nothing' },
    { handle: 'hello', reason: 'malformed', because: 'too short for a header' },
    { handle: 'A'.repeat(70_000), reason: 'malformed', because: 'longer than any of ours' },
    {
      handle: sealReplyHandle(snapshot, { key: keysOf(entries.two), expiresAt }),
      reason: 'unknown_key',
      because: 'a key that left the keyring',
    },
    {
      handle: sealReplyHandle(snapshot, { key: keysOf(generateKey('one')), expiresAt }),
      reason: 'forged',
      because: 'our id over another key',
    },
    { handle: sealReplyHandle(snapshot, { key, expiresAt: now }), reason: 'expired', because: 'its time is over' },
  ] as const)('is refused as $reason: $because', ({ handle, reason }) => {
    expect(openReplyHandle(handle, { key, now })).toEqual({ ok: false, reason });
  });

  it('is called expired only when it is ours', () => {
    const forged = sealReplyHandle(snapshot, { key: keysOf(generateKey('one')), expiresAt: now - 1000 });
    expect(openReplyHandle(forged, { key, now })).toEqual({ ok: false, reason: 'forged' });
  });

  it('outlives a rotation as long as its key stays in the keyring', () => {
    const sealed = sealReplyHandle(snapshot, { key, expiresAt });
    const rotated = keysOf(`${entries.two} ${entries.one}`);
    expect(openReplyHandle(sealed, { key: rotated, now }).ok).toBe(true);
    expect(openReplyHandle(sealReplyHandle(snapshot, { key: rotated, expiresAt }), { key, now }).ok).toBe(false);
  });

  it('shows nothing of what is in it, and stays small', () => {
    const sealed = sealReplyHandle(snapshot, { key, expiresAt });
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/slack|C1|trn_/);
    expect(sealed.length).toBeLessThan(Math.ceil((JSON.stringify(snapshot).length + 40) * (4 / 3)));
  });
});
