import { readNewestFirst, type Bus, type StoredMessage } from '@trunkline/bus';
import { auditRecordSchema, type AuditRecord, type auditRoutes } from '@trunkline/control-api';
import { refuse, type HandlersOf } from '../operation.ts';

/** Operations on the audit trail. */
export function auditHandlers(bus: Pick<Bus, 'follow' | 'names' | 'streamState'>): HandlersOf<typeof auditRoutes> {
  return {
    async listAudit({ query }) {
      const { limit, cursor, ...filter } = query;
      const before = cursor === undefined ? undefined : Number(cursor);
      if (Number.isNaN(before)) return refuse('query_invalid', 'cursor: use `next` of the page before.');
      const read = (message: StoredMessage) => {
        const parsed = auditRecordSchema.safeParse(message.json());
        return parsed.success && matches(parsed.data, filter) ? parsed.data : undefined;
      };
      const page = await readNewestFirst(
        { stream: 'LEDGER', filter: bus.names.ledgerOf('audit'), before, limit, read },
        bus,
      );
      return { answer: { items: page.items, ...(page.next !== undefined && { next: String(page.next) }) } };
    },
  };
}

interface AuditFilter {
  operation?: string | undefined;
  by?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
}

function matches({ operation, by, target }: AuditRecord, filter: AuditFilter): boolean {
  return [
    [filter.operation, operation],
    [filter.by, by.name],
    [filter.kind, target['kind']],
    [filter.name, target['name']],
  ].every(([wanted, is]) => wanted === undefined || wanted === is);
}
