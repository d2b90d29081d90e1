import { appendLedger, type Bus } from '@trunkline/bus';
import type { AuditRecord } from '@trunkline/control-api';

/** What a write changed: no secret is among the values, only that one was set. */
export interface AuditNote {
  /** What it was done to: `{kind, name}`, `{session_id}` and so on. */
  target: Record<string, string>;
  changes: { field: string; from?: unknown; to?: unknown }[];
}

/** Keeps a record of a change for 30 days. */
export async function recordAudit(record: AuditRecord, bus: Pick<Bus, 'append' | 'names'>): Promise<void> {
  const { kind = '_', name = '_' } = record.target;
  await appendLedger({ what: 'audit', connector: { kind, name }, id: record.audit_id, data: { v: 1, ...record } }, bus);
}
