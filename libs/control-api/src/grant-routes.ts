import { z } from 'zod';
import { page, pageQuery } from './page.ts';
import { defineRoutes } from './route.ts';

/** What a child process of a connector may lease now: never the secrets, and not the token that they are leased with. */
export const grantViewSchema = z.object({
  kind: z.string(),
  connector: z.string(),
  grant_id: z.string(),
  keys: z.record(z.string(), z.string()).describe('Secret references by the name that the child asks for.'),
  issued_at: z.iso.datetime(),
  expires_at: z.iso.datetime().describe('Renewed while the child lives.'),
});

export const grantRoutes = defineRoutes({
  listGrants: {
    method: 'GET',
    path: '/v1/grants',
    role: 'viewer',
    tag: 'Grants',
    summary: 'Credential grants of running child processes, by connector.',
    query: pageQuery,
    answer: page(grantViewSchema),
  },
  revokeGrant: {
    method: 'DELETE',
    path: '/v1/grants/:kind/:connector',
    role: 'operator',
    tag: 'Grants',
    summary: 'Revoke the grant of a connector: its child can lease no secret until it is started again.',
    params: z.strictObject({ kind: z.string(), connector: z.string() }),
    problems: ['grant_not_found'],
  },
});
