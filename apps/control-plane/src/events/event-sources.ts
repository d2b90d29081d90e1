import type { Names } from '@trunkline/bus';
import type { EventSummary, QueryOf, eventRoutes } from '@trunkline/control-api';
import type { Source } from '../newest-across.ts';
import { readJudgement, readNote } from './event-summary.ts';

type Query = QueryOf<(typeof eventRoutes)['listEvents']>;

/** Where the events stand that a query asks for: what routers judged beside the turns, all else in the ledger. */
export function eventSources(query: Query, names: Names): Source<EventSummary>[] {
  const { outcome: wanted, kind, name, conversation, session_id } = query;
  const wants = (outcome: EventSummary['outcome']) => wanted === undefined || wanted.some((each) => each === outcome);
  const fits = (summary: EventSummary | undefined) =>
    summary && wants(summary.outcome) && isOf(summary, query) ? summary : undefined;

  const judged: Source<EventSummary> = {
    id: 't',
    stream: 'TURNS',
    filter: judgedFilter(query, names),
    read: (message) => fits(readJudgement(message)?.summary),
  };
  const noted = (what: 'rejected' | 'ignored' | 'dead'): Source<EventSummary> => ({
    id: what.charAt(0),
    stream: 'LEDGER',
    filter: names.ledgerOf(what, { kind, name }),
    read: (message) => fits(readNote(message, what)),
  });
  const ofNowhere = conversation === undefined && session_id === undefined;
  return [
    ...(wants('accepted') || wants('rejected') ? [judged] : []),
    ...(wants('rejected') && ofNowhere ? [noted('rejected')] : []),
    ...(wants('ignored') && ofNowhere ? [noted('ignored')] : []),
    ...(wants('dead') && conversation === undefined ? [noted('dead')] : []),
  ];
}

function judgedFilter({ kind, name, conversation, session_id, outcome }: Query, names: Names): string {
  if (conversation !== undefined && kind !== undefined && name !== undefined)
    return names.judged(names.conversation({ kind, name }, conversation));
  if (session_id !== undefined) return names.turnsOfSession(session_id);
  if (outcome?.every((each) => each === 'accepted')) return names.allTurns;
  return outcome?.every((each) => each === 'rejected') ? names.allSkips : names.judged('*');
}

function isOf(summary: EventSummary, { kind, name, session_id }: Query): boolean {
  const { connector } = summary;
  return (
    (kind === undefined || connector.kind === kind) &&
    (name === undefined || connector.name === name) &&
    (session_id === undefined || summary.session_id === session_id)
  );
}
