import { connectorKinds } from '@trunkline/events';
import { z } from 'zod';
import { liveStateSchema } from './live-state.ts';
import { page, pageQuery } from './page.ts';
import { flag } from './query-fields.ts';
import { defineRoutes } from './route.ts';

const connectorParams = z.strictObject({
  kind: z.enum(connectorKinds),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -'),
});

const sources = ['file', 'runtime'] as const;
const states = ['ready', 'degraded', 'disabled', 'unknown'] as const;

const secretFieldViewSchema = z.object({
  configured: z.boolean(),
  source: z.enum(['secret_ref', 'env', 'inline']).optional().describe('The source that counts.'),
  secret_ref: z.string().optional(),
  env: z.string().optional(),
  version: z.int().optional().describe('Of the stored value; missing where nothing is stored under the reference.'),
  updated_at: z.iso.datetime().optional(),
  last_used_at: z.iso.datetime().optional(),
});

/** A connector as anybody may see it who may call the API: of secrets only where they come from. */
export const connectorViewSchema = z.object({
  kind: z.enum(connectorKinds),
  name: z.string(),
  source: z.enum(sources).describe('file: the connectors file, which no operation changes.'),
  state: z.enum(states).describe('unknown: no gateway of its kind tells of it.'),
  reason: z.string().optional().describe('Why it is degraded or unknown.'),
  config: z
    .record(z.string(), z.unknown())
    .describe('Its fields with defaults, as the file would have them, without secrets.'),
  secrets: z.record(z.string(), secretFieldViewSchema).describe('Every secret field, set or not.'),
  etag: z.string().describe('What If-Match names, without quotes.'),
  created_at: z.iso.datetime().optional(),
  updated_at: z.iso.datetime().optional(),
  in_sync: z.boolean().describe('Every gateway of its kind works with these fields and these versions of the secrets.'),
  live: liveStateSchema,
});
export type ConnectorView = z.output<typeof connectorViewSchema>;

const changeSchema = z.object({
  field: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
});

/** What came of a write, or would come of it. */
const connectorWrittenSchema = connectorViewSchema.partial({ etag: true }).extend({
  changes: z.array(changeSchema).describe('What is different now; of secrets only that they changed.'),
  warnings: z.array(z.string()),
  dry_run: z.boolean().describe('Nothing was written.'),
});
export type ConnectorWritten = z.output<typeof connectorWrittenSchema>;

const referrersSchema = z.object({
  connectors: z.array(z.string()).describe('`kind/name`'),
  sessions: z.array(z.string()),
});

const writeProblems = [
  'connector_not_found',
  'connector_file_backed',
  'connector_invalid',
  'precondition_failed',
  'secret_unreadable',
] as const;

export const connectorRoutes = defineRoutes({
  listConnectors: {
    method: 'GET',
    path: '/v1/runtime/connectors',
    role: 'viewer',
    tag: 'Connectors',
    summary: 'All connectors, of the file and of the runtime store, by kind and name.',
    query: pageQuery.extend({
      kind: z.enum(connectorKinds).optional(),
      source: z.enum(sources).optional(),
      state: z.enum(states).optional(),
      q: z.string().max(100).optional().describe('Part of the name.'),
    }),
    answer: page(connectorViewSchema),
  },
  getConnector: {
    method: 'GET',
    path: '/v1/runtime/connectors/:kind/:name',
    role: 'viewer',
    tag: 'Connectors',
    summary: 'One connector: fields, secrets without values, state.',
    params: connectorParams,
    answer: connectorViewSchema,
    versioned: true,
    problems: ['connector_not_found'],
  },
  putConnector: {
    method: 'PUT',
    path: '/v1/runtime/connectors/:kind/:name',
    role: 'admin',
    tag: 'Connectors',
    summary: 'Create a connector or change fields of it.',
    description:
      'Fields that are there are changed, others keep their value; null resets to the default, in tables too. Lists are replaced. ' +
      'A secret is written as `{"value"}`, stored under `connectors.<kind>.<name>.<field>` and never shown again, as `{"secret_ref"}` ' +
      'or as `{"env"}`; `{}` or null clears it. With `value`, `secret_ref` names another place to store it and `grace_seconds` how ' +
      'long the value before counts on (default 24 h). `If-None-Match: *` refuses to change what exists.',
    params: connectorParams,
    query: z.strictObject({ dry_run: flag.describe('Check everything and tell what would change; write nothing.') }),
    body: z.record(z.string(), z.unknown()),
    example: {
      bot_token: { value: 'xoxb-as-slack-shows-it' },
      signing_secret: { env: 'SLACK_SIGNING_SECRET' },
      allowed_channel_ids: ['C0123456789'],
      require_mention: true,
    },
    answer: connectorWrittenSchema,
    alsoStatus: [201],
    versioned: true,
    problems: [...writeProblems, 'connector_name_taken', 'connector_platform_immutable'],
  },
  deleteConnector: {
    method: 'DELETE',
    path: '/v1/runtime/connectors/:kind/:name',
    role: 'admin',
    tag: 'Connectors',
    summary: 'Delete a connector, with the stored secrets that are its own.',
    description:
      'Refused while reply targets of another connector, or the default reply targets of a session, name it. Deliveries that wait for ' +
      'it are parked: they go on when a connector of its name is there again, until they expire.',
    params: connectorParams,
    query: z.strictObject({ force: flag.describe('Clear the references to it first.') }),
    answer: z.object({
      deleted_secrets: z.array(z.string()).describe('References.'),
      cleared: referrersSchema.describe('What referred to it and no longer does.'),
    }),
    versioned: true,
    problems: [...writeProblems, 'connector_in_use'],
  },
  enableConnector: {
    method: 'POST',
    path: '/v1/runtime/connectors/:kind/:name/enable',
    role: 'operator',
    tag: 'Connectors',
    summary: 'Switch a connector on.',
    params: connectorParams,
    answer: connectorWrittenSchema,
    versioned: true,
    problems: writeProblems,
  },
  disableConnector: {
    method: 'POST',
    path: '/v1/runtime/connectors/:kind/:name/disable',
    role: 'operator',
    tag: 'Connectors',
    summary: 'Switch a connector off: it takes nothing in, and its deliveries wait.',
    params: connectorParams,
    answer: connectorWrittenSchema,
    versioned: true,
    problems: writeProblems,
  },
});
