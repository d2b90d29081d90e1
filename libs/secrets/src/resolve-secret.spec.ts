import { describe, expect, it } from 'vitest';
import type { SecretRead } from './read-secret.ts';
import { resolveSecret } from './resolve-secret.ts';
import { Secret } from './secret.ts';

const stored: Record<string, SecretRead> = {
  'connectors.slack.team.bot_token': {
    status: 'found',
    secrets: [new Secret('stored', { version: 2 }), new Secret('before', { version: 1, validUntil: 5 })],
    version: 2,
    updated_at: '2026-01-15T12:00:00.000Z',
  },
  'shared.locked': { status: 'unreadable', reason: 'It is sealed with key "k0".', fix: 'Put it back.' },
};
const store = { read: (reference: string) => Promise.resolve(stored[reference] ?? ({ status: 'absent' } as const)) };
const env = { TOKEN: 'from-env\r\n', BLANK: ' \n' };
const ref = 'connectors.slack.team.bot_token';

describe('resolveSecret', () => {
  it.each([
    { sources: {}, found: { status: 'unset' }, because: 'nothing is named' },
    {
      sources: { secret_ref: ref, env: 'TOKEN', inline: 'inline' },
      found: {
        status: 'resolved',
        source: 'secret_ref',
        version: 2,
        shadowed: ['env', 'inline'],
        values: ['stored', 'before'],
      },
      because: 'the store comes first, with the value in its grace window',
    },
    {
      sources: { env: 'TOKEN', inline: 'inline' },
      found: { status: 'resolved', source: 'env', shadowed: ['inline'], values: ['from-env'] },
      because: 'the environment comes before the file, and its line end is no part of the value',
    },
    {
      sources: { inline: 'inline' },
      found: { status: 'resolved', source: 'inline', shadowed: [], values: ['inline'] },
      because: 'the last source',
    },
    {
      sources: { secret_ref: 'shared.gone', env: 'TOKEN' },
      found: { status: 'missing', source: 'secret_ref', reason: 'secret "shared.gone" is not set', shadowed: ['env'] },
      because: 'a named source never falls through to a weaker one',
    },
    {
      sources: { env: 'NOT_THERE', inline: 'inline' },
      found: { status: 'missing', source: 'env', reason: 'environment variable NOT_THERE is not set' },
      because: 'nor does an unset variable',
    },
    {
      sources: { env: 'BLANK', inline: 'inline' },
      found: { status: 'missing', reason: 'environment variable BLANK is blank' },
      because: 'nor a blank one',
    },
    {
      sources: { inline: '' },
      found: { status: 'missing', reason: 'the inline value is blank' },
      because: 'blank is named, and nothing',
    },
    {
      sources: { secret_ref: 'connectors.telegram.team.bot_token' },
      found: { status: 'missing', reason: expect.stringContaining('"connectors.slack." and "shared." only') },
      because: "another kind's secrets are not for us",
    },
    {
      sources: { secret_ref: 'shared.locked' },
      found: { status: 'missing', reason: 'It is sealed with key "k0". Put it back.' },
      because: 'what cannot be decrypted says why',
    },
  ])('$found.status: $because', async ({ sources, found }) => {
    const resolved = await resolveSecret(sources, { store, env, kind: 'slack' });
    const values = resolved.status === 'resolved' ? { values: resolved.secrets.map((secret) => secret.expose()) } : {};
    expect({ ...resolved, ...values }).toMatchObject(found);
  });

  it('says that there is no store rather than use a weaker source', async () => {
    const resolved = await resolveSecret({ secret_ref: ref, inline: 'x' }, { env });
    expect(resolved).toMatchObject({ status: 'missing', reason: expect.stringContaining('no master key') });
  });
});
