import { parseConnectorsFile } from '@trunkline/config';
import { describe, expect, it } from 'vitest';
import { connectorToSimulate, secretToSign } from './simulated-request.ts';

const toml = `[[slack_connectors]]
name = "a"
signing_secret = "s"
[[slack_connectors]]
name = "b"
signing_secret = "s"
`;
const parsed = parseConnectorsFile(toml, 'connectors.toml');
const connectors = parsed.ok ? parsed.connectors : [];

describe('the connector of a simulation', () => {
  it('is the named one, else the first', () => {
    expect(connectorToSimulate({ kind: 'slack', name: 'b' }, connectors).name).toBe('b');
    expect(connectorToSimulate({ kind: 'slack', name: undefined }, connectors).name).toBe('a');
  });

  it.each([
    { kind: 'slack' as const, name: 'c', fix: 'There is: a, b.' },
    { kind: 'telegram' as const, name: undefined, fix: expect.stringContaining('trunkline fake telegram --add') },
    { kind: 'external' as const, name: undefined, fix: expect.stringContaining('docs/sidecars.md') },
  ])('that is not there ends with 5 and says what is: $kind $name', ({ kind, name, fix }) => {
    expect(() => connectorToSimulate({ kind, name }, connectors)).toThrow(
      expect.objectContaining({ exitCode: 5, fix }),
    );
  });
});

describe('the secret to sign with', () => {
  const env = { NEW: 'new old' };
  const at = { flag: '--secret', given: undefined };

  it.each([
    { given: 'flag', field: { inline: 'inline' }, secret: 'flag', because: 'a flag counts first' },
    { field: { inline: 'inline' }, secret: 'inline', because: 'it is in the file' },
    { field: { inline: 'inline', env: 'NEW' }, secret: 'new', because: 'the first of a rotation is the current one' },
    { field: undefined, secret: undefined, because: 'the connector asks for none' },
  ])('is $secret: $because', ({ secret, ...of }) => {
    expect(secretToSign({ ...at, ...of }, env)).toBe(secret);
  });

  it.each([{ env: 'UNSET', inline: 'weaker' }, { secret_ref: 'shared.x' }])('is asked for with %j', (field) => {
    expect(() => secretToSign({ ...at, field }, env)).toThrow(
      expect.objectContaining({ exitCode: 4, fix: 'Give it with --secret.' }),
    );
  });
});
