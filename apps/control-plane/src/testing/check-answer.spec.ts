import { describe, expect, it } from 'vitest';
import { createCheckedFetch } from './check-answer.ts';

const answering = (status: number, body: object, type = 'application/json') =>
  createCheckedFetch(async () => Response.json(body, { status, headers: { 'content-type': type } }));

describe('createCheckedFetch', () => {
  it.each([
    { status: 200, body: { name: 'ci', role: 'viewer' }, fault: undefined },
    { status: 200, body: { name: 'ci', role: 'viewer', since: 'later version' }, fault: undefined },
    { status: 200, body: { name: 'ci' }, fault: /required property 'role'/ },
    { status: 200, body: { name: 'ci', role: 'king' }, fault: /allowed values/ },
    { status: 201, body: { name: 'ci', role: 'viewer' }, fault: /does not name/ },
    { status: 404, body: { code: 'token_not_found' }, fault: /whoAmI answered 404 .*token_not_found/ },
  ])('whoAmI: $status $body', async ({ status, body, fault }) => {
    const asked = answering(status, body)('http://127.0.0.1/v1/whoami');
    await (fault ? expect(asked).rejects.toThrow(fault) : expect(asked).resolves.toBeDefined());
  });

  it('knows problems by their media type and code', async () => {
    const problem = { type: 'urn:x', title: 't', status: 401, detail: 'd', code: 'unauthenticated' };
    const ask = (body: object, type: string) => answering(401, body, type)('http://127.0.0.1/v1/whoami');
    await expect(ask(problem, 'application/problem+json')).resolves.toBeDefined();
    await expect(ask(problem, 'application/json')).rejects.toThrow(/with application\/json/);
    await expect(ask({ ...problem, code: 'forbidden' }, 'application/problem+json')).rejects.toThrow(/allowed values/);
  });
});
