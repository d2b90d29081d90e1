import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNames } from './names.ts';
import { laneCount, laneOf, token } from './token.ts';

describe('token', () => {
  it('is one subject token and a valid KV key part for any text, and the same only for the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(token(a)).toMatch(/^[-/_=A-Za-z0-9]+$/);
        expect(token(a) === token(b)).toBe(a === b);
      }),
    );
  });

  it('never takes a readable text for a hash', () => {
    expect(token('webhook')).toBe('webhook');
    expect(token(token('a.b'))).not.toBe(token('a.b'));
  });

  it('spreads sessions over all lanes', () => {
    const lanes = new Set(Array.from({ length: 2_000 }, (_, n) => laneOf(`session ${n}`)));
    expect(lanes.size).toBe(laneCount);
    expect(Math.max(...lanes)).toBe(laneCount - 1);
  });
});

describe('createNames', () => {
  it('never shares a conversation between two connectors', () => {
    const names = createNames('tl');
    const one = names.conversation({ kind: 'http', name: 'a' }, 'key');
    expect(one).not.toBe(names.conversation({ kind: 'http', name: 'b' }, 'key'));
    expect(one).not.toBe(names.conversation({ kind: 'slack', name: 'a' }, 'key'));
  });

  it('finds the conversation again in what it built', () => {
    const names = createNames('tl');
    const connector = { kind: 'http', name: 'dots.in.name' };
    const subject = names.event({ connector, conversation: 'c', eventId: 'e' });
    expect(subject.split('.')).toHaveLength(6);
    expect(names.conversationOf(subject)).toBe(names.conversation(connector, 'c'));
  });
});
