import {
  capabilityScopeSchema,
  connectorKinds,
  credentialScopeSchema,
  replyTargetSchema,
  sessionIdSchema,
} from '@trunkline/events';
import { z } from 'zod';
import { targetSchema } from './delivery-views.ts';
import { storedEventSchema } from './event-routes.ts';
import { turnViewSchema } from './event-views.ts';
import { page, pageQuery } from './page.ts';
import { connectorFilter, flag } from './query-fields.ts';
import { defineRoutes } from './route.ts';
import { outputViewSchema, sessionSummarySchema, sessionViewSchema } from './session-views.ts';

const params = z.strictObject({ session_id: sessionIdSchema });
const persona = z.string().trim().min(1).max(200);
const targets = z.array(replyTargetSchema).max(32);
const exampleTargets = [{ type: 'slack', connector: 'team', channel_id: 'C0123456789' }];
const targetsAnswer = z.object({ reply_targets: z.array(targetSchema) });

const tag = 'Sessions';
const missing = ['session_not_found'] as const;
const writes = ['session_not_found', 'session_ended', 'precondition_failed'] as const;

const reads = defineRoutes({
  listSessions: {
    method: 'GET',
    path: '/v1/sessions',
    role: 'viewer',
    tag,
    summary: 'Sessions, those that were made, changed or used last first.',
    description:
      'One that is changed while you page moves to the front; use is noted once a day. By id, none moves; each page looks through all sessions then.',
    query: pageQuery.extend({
      ...connectorFilter,
      persona_id: persona.optional(),
      state: z.enum(['active', 'ended']).optional(),
      order: z.enum(['newest', 'id']).default('newest'),
    }),
    answer: page(sessionSummarySchema),
  },
  getSession: {
    method: 'GET',
    path: '/v1/sessions/:session_id',
    role: 'viewer',
    tag,
    summary: 'One session with the keys that lead to it.',
    params,
    answer: sessionViewSchema,
    versioned: true,
    problems: [...missing],
  },
  listTurns: {
    method: 'GET',
    path: '/v1/sessions/:session_id/turns',
    role: 'viewer',
    tag,
    summary: 'Its turns of the last 30 days, newest first.',
    params,
    query: pageQuery,
    answer: page(turnViewSchema),
  },
  listOutputs: {
    method: 'GET',
    path: '/v1/sessions/:session_id/outputs',
    role: 'viewer',
    tag,
    summary: 'Its outputs of the last 7 days with their deliveries, newest first.',
    params,
    query: pageQuery,
    answer: page(outputViewSchema),
  },
  getReplyTargets: {
    method: 'GET',
    path: '/v1/sessions/:session_id/reply-targets',
    role: 'viewer',
    tag,
    summary: 'Where outputs go that bring no target of their own.',
    params,
    answer: targetsAnswer,
    versioned: true,
    problems: [...missing],
  },
});

const changes = defineRoutes({
  createSession: {
    method: 'POST',
    path: '/v1/sessions',
    role: 'admin',
    tag,
    summary: 'Make a session before any event does.',
    body: z.strictObject({
      session_id: sessionIdSchema,
      persona_id: persona.optional(),
      capability_scope: capabilityScopeSchema.default({}),
      credential_scope: credentialScopeSchema.default({}),
      reply_targets: targets.default([]),
      binding_keys: z.array(z.string().trim().min(1).max(512)).max(32).default([]),
    }),
    example: {
      session_id: 'support-42',
      persona_id: 'helper',
      credential_scope: { route_allow: ['openai'] },
      reply_targets: exampleTargets,
      binding_keys: ['customer-42'],
    },
    answer: sessionViewSchema,
    status: 201,
    versioned: true,
    problems: ['session_exists', 'binding_conflict', 'reply_target_refused'],
  },
  endSession: {
    method: 'DELETE',
    path: '/v1/sessions/:session_id',
    role: 'operator',
    tag,
    summary: 'End a session: its keys are free, what consumers kept for it is gone.',
    description:
      'A turn that is being routed may still land in the life that ended, and be answered. The id comes back as its next generation. ' +
      'Ending it twice is no error.',
    params,
    versioned: true,
    problems: ['session_not_found', 'precondition_failed'],
  },
  putReplyTargets: {
    method: 'PUT',
    path: '/v1/sessions/:session_id/reply-targets',
    role: 'admin',
    tag,
    summary: 'Say where outputs go that bring no target of their own, from now on.',
    params,
    body: z.strictObject({ reply_targets: targets }),
    example: { reply_targets: exampleTargets },
    answer: targetsAnswer,
    versioned: true,
    problems: [...writes, 'reply_target_refused'],
  },
  clearReplyTargets: {
    method: 'DELETE',
    path: '/v1/sessions/:session_id/reply-targets',
    role: 'admin',
    tag,
    summary: 'Forget the default targets: outputs without a target stay in the session.',
    params,
    versioned: true,
    problems: [...writes],
  },
  putPersona: {
    method: 'PUT',
    path: '/v1/sessions/:session_id/persona',
    role: 'admin',
    tag,
    summary: 'Bind the session to a persona; null unbinds it. Turns carry it from now on.',
    params,
    body: z.strictObject({ persona_id: persona.nullable() }),
    example: { persona_id: 'helper' },
    answer: sessionSummarySchema,
    versioned: true,
    problems: [...writes],
  },
  putCapabilityScope: {
    method: 'PUT',
    path: '/v1/sessions/:session_id/capability-scope',
    role: 'admin',
    tag,
    summary: 'Which skills and MCP tools the session may use.',
    params,
    body: capabilityScopeSchema,
    example: { skill_allow: ['search'], mcp_tool_deny: ['files.delete'] },
    answer: sessionSummarySchema,
    versioned: true,
    problems: [...writes],
  },
  putCredentialScope: {
    method: 'PUT',
    path: '/v1/sessions/:session_id/credential-scope',
    role: 'admin',
    tag,
    summary: 'Which routes, connectors and credentials the session may use.',
    params,
    body: credentialScopeSchema,
    example: { route_allow: ['openai'], connector_credential_deny: ['*'] },
    answer: sessionSummarySchema,
    versioned: true,
    problems: [...writes],
  },
  addInput: {
    method: 'POST',
    path: '/v1/sessions/:session_id/inputs',
    role: 'operator',
    tag,
    summary: "Say something in the session, under your token's name: it becomes a turn as any event does.",
    description: "Answers go to the session's default targets. The same `idempotency_key` again is the same input.",
    params,
    body: z.strictObject({
      content: z.string().min(1).max(40_000),
      idempotency_key: z.string().min(1).max(200).optional(),
    }),
    example: { content: 'Please summarize.', idempotency_key: 'summary-2026-01-31' },
    answer: storedEventSchema,
    status: 202,
    problems: ['session_not_found', 'session_ended', 'idempotency_conflict'],
  },
  applySessionPolicy: {
    method: 'POST',
    path: '/v1/runtime/connectors/:kind/:name/apply-session-policy',
    role: 'admin',
    tag,
    summary:
      "Move a connector's sessions to its session_policy, or with `dry_run` tell which would refuse its events now.",
    description:
      'Its sessions are those that its events made, its fixed session, and those that its own binding keys lead to. ' +
      'What the policy leaves unset stays as it is.',
    params: z.strictObject({ kind: z.enum(connectorKinds), name: z.string().min(1).max(64) }),
    query: z.strictObject({ dry_run: flag }),
    answer: z.object({
      sessions: z.int().describe('Active ones of the connector.'),
      conflicting: z.int().describe('Those that the policy contradicted.'),
      moved: z.int(),
      sample: z
        .array(z.object({ session_id: z.string(), field: z.string().describe('The first that differs.') }))
        .describe('20 of the conflicting ones at most.'),
      dry_run: z.boolean(),
    }),
    problems: ['connector_not_found'],
  },
});

export const sessionRoutes = { ...reads, ...changes };
