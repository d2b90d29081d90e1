import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveKey, generateKey, parseKeyring } from './keyring.ts';
import { openVersion, sealVersion } from './secret-record.ts';
import { secretPlace } from './reference.ts';

const keyring = parseKeyring(generateKey('k1'));
const keysFor = (reference: string) => deriveKey(keyring, secretPlace(reference).purpose);
const reference = 'connectors.slack.team.bot_token';
const keys = keysFor(reference);
const at = { reference, version: 3, created_at: '2026-01-15T12:00:00.000Z' };

describe('a sealed version', () => {
  it('decrypts to what was sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(openVersion(reference, sealVersion(value, at, keys), keys)).toBe(value);
      }),
    );
  });

  it('seals the same value differently each time', () => {
    expect(sealVersion('v', at, keys).ciphertext).not.toBe(sealVersion('v', at, keys).ciphertext);
  });

  const sealed = sealVersion('hunter2', at, keys);
  it.each([
    { because: 'moved to another name', open: () => openVersion('connectors.slack.other.bot_token', sealed, keys) },
    { because: 'passed off as another version', open: () => openVersion(reference, { ...sealed, version: 4 }, keys) },
    {
      because: 'another key of the same id',
      open: () => openVersion(reference, sealed, deriveKey(parseKeyring(generateKey('k1')), 'x')),
    },
    {
      because: 'its key left the keyring',
      open: () => openVersion(reference, sealed, deriveKey(parseKeyring(generateKey('k2')), 'x')),
    },
    {
      because: "a telegram gateway's key",
      open: () => openVersion(reference, sealed, keysFor('connectors.telegram.team.bot_token')),
    },
    { because: 'the key that all gateways share', open: () => openVersion(reference, sealed, keysFor('shared.thing')) },
  ])('does not decrypt: $because', ({ open }) => {
    expect(open).toThrow(/cannot be decrypted/);
  });

  it('does not decrypt with any bit flipped', () => {
    const bytes = Buffer.from(sealed.ciphertext, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openVersion(reference, { ...sealed, ciphertext: flipped.toString('base64url') }, keys)).toThrow();
    }
  });
});

describe('secretPlace', () => {
  it.each([
    {
      ref: 'connectors.slack.team.bot_token',
      purpose: 'secrets.connectors.slack',
      key: /^connectors\.slack\.=[\w-]{22}$/,
    },
    { ref: 'connectors.slack.team', purpose: 'secrets.connectors.slack', key: /^connectors\.slack\.team$/ },
    { ref: 'shared.proxy', purpose: 'secrets.shared', key: /^shared\.proxy$/ },
    { ref: 'connectors', purpose: 'secrets.other', key: /^other\.connectors$/ },
    { ref: 'Connectors.slack.x', purpose: 'secrets.other', key: /^other\.=/ },
    { ref: '..', purpose: 'secrets.other', key: /^other\.=/ },
  ])('$ref is sealed for $purpose', ({ ref, purpose, key }) => {
    expect(secretPlace(ref)).toMatchObject({ purpose, key: expect.stringMatching(key) });
  });

  it.each(['', 'a b', 'a/b', 'a*', 'é', 'x'.repeat(129)])('refuses %j', (ref) => {
    expect(() => secretPlace(ref)).toThrow('A secret reference may hold');
  });
});
