import { z } from 'zod';
import { page, pageQuery } from './page.ts';
import { defineRoutes, roles } from './route.ts';

/** One change that somebody made, without secrets. */
export const auditRecordSchema = z.object({
  audit_id: z.string(),
  at: z.iso.datetime(),
  operation: z.string().describe('Id of the operation, as in the OpenAPI document.'),
  by: z.object({ token_id: z.string(), name: z.string(), role: z.enum(roles) }),
  address: z.string().optional().describe('Where the request came from.'),
  target: z.record(z.string(), z.string()).describe('What was changed: kind and name, session_id and so on.'),
  changes: z.array(z.object({ field: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
  trace_id: z.string().optional(),
});
export type AuditRecord = z.output<typeof auditRecordSchema>;

export const auditRoutes = defineRoutes({
  listAudit: {
    method: 'GET',
    path: '/v1/audit',
    role: 'viewer',
    tag: 'Audit',
    summary: 'Who changed what in the last 30 days, newest first.',
    query: pageQuery.extend({
      operation: z.string().optional(),
      by: z.string().optional().describe('Name of a token.'),
      kind: z.string().optional(),
      name: z.string().optional(),
    }),
    answer: page(auditRecordSchema),
  },
});
