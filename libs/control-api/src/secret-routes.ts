import { z } from 'zod';
import { page, pageQuery } from './page.ts';
import { defineRoutes } from './route.ts';

const reference = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ -');
const secretParams = z.strictObject({ reference });

/** The longest grace window: a year. */
const longestGrace = 31_536_000;

const secretVersionViewSchema = z.object({
  version: z.int(),
  key_id: z.string().describe('The master key that it is encrypted with.'),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().optional().describe('Until when a replaced value still lets requests in.'),
  last_used_at: z.iso.datetime().optional(),
});

/** A stored secret as anybody may see it: everything but its value. */
export const secretViewSchema = z.object({
  reference: z.string(),
  configured: z.literal(true),
  version: z.int(),
  updated_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().optional(),
  versions: z
    .array(secretVersionViewSchema)
    .describe('The current one first, then replaced ones in their grace window.'),
});

export const secretRoutes = defineRoutes({
  // Before the paths with a reference in them: one that is called `rekey` cannot be named here, and no connector could name it.
  rekeySecrets: {
    method: 'POST',
    path: '/v1/secrets/rekey',
    role: 'admin',
    tag: 'Secrets',
    summary: 'Encrypt everything anew with the first master key, while it is in use.',
    description: 'Repeating it is harmless. A key may leave the keyring when `failed` is empty.',
    answer: z.object({
      key_id: z.string().describe('The first key.'),
      keys: z.array(z.string()).describe('Ids of all keys of the keyring.'),
      rekeyed: z.int(),
      unchanged: z.int(),
      failed: z.array(z.object({ reference: z.string(), reason: z.string() })),
    }),
  },
  listSecrets: {
    method: 'GET',
    path: '/v1/secrets',
    role: 'viewer',
    tag: 'Secrets',
    summary: 'Stored secrets by reference, without their values.',
    query: pageQuery.extend({
      prefix: z.string().max(128).optional().describe('Only references that begin so, such as `connectors.slack.`.'),
    }),
    answer: page(secretViewSchema),
  },
  setSecret: {
    method: 'PUT',
    path: '/v1/secrets/:reference',
    role: 'admin',
    tag: 'Secrets',
    summary: 'Store a value, as the next version of its reference.',
    params: secretParams,
    body: z.strictObject({
      value: z.string().describe('Write-only: nothing ever shows it.'),
      grace_seconds: z
        .int()
        .min(0)
        .max(longestGrace)
        .optional()
        .describe('How long the value before still lets requests in. Default 86400; 0 cuts it off at once.'),
    }),
    example: { value: 'the-new-value', grace_seconds: 3_600 },
    answer: secretViewSchema,
    versioned: true,
    problems: ['precondition_failed', 'secret_unreadable'],
  },
  deleteSecret: {
    method: 'DELETE',
    path: '/v1/secrets/:reference',
    role: 'admin',
    tag: 'Secrets',
    summary: 'Delete a secret that no connector refers to.',
    params: secretParams,
    versioned: true,
    problems: ['secret_not_found', 'secret_in_use', 'precondition_failed'],
  },
});
