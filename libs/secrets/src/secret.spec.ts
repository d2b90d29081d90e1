import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret, secretOf, validSecrets } from './secret.ts';

describe('a secret', () => {
  const secret = secretOf('hunter2');

  it.each([
    { how: 'template', print: () => `${secret}` },
    { how: 'concatenation', print: () => '' + (secret as unknown as string) },
    { how: 'String()', print: () => String(secret) },
    { how: 'JSON', print: () => JSON.stringify({ nested: [secret] }) },
    { how: 'inspect', print: () => inspect({ nested: { secret } }, { depth: 9, showHidden: true, showProxy: true }) },
    { how: 'format', print: () => format('%s %o %O %j', secret, secret, secret, secret) },
    { how: 'error', print: () => inspect(new Error(`refused ${secret}`, { cause: secret })) },
    { how: 'own keys', print: () => JSON.stringify(Object.entries(secret)) },
    { how: 'a copy', print: () => inspect({ ...secret }) + JSON.stringify(structuredClone({ ...secret })) },
  ])('is masked by $how', ({ print }) => {
    expect(print()).not.toContain('hunter2');
  });

  it('gives its value to who asks for it by name', () => {
    expect(secret.expose()).toBe('hunter2');
  });
});

describe('validSecrets', () => {
  it('drops a replaced value at the moment its grace ends', () => {
    const secrets = [new Secret('new', { version: 2 }), new Secret('old', { version: 1, validUntil: 1000 })];
    expect(validSecrets(secrets, 999).map((each) => each.version)).toEqual([2, 1]);
    expect(validSecrets(secrets, 1000).map((each) => each.version)).toEqual([2]);
  });
});
