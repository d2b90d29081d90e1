import type { ReceivedReply } from './reply-receiver.ts';
import type { AcceptedEvent } from './send-events.ts';

/** What became of an event, in the order of the stream. `n` is undefined for a skip. */
export interface JudgedEvent {
  kind: 'turn' | 'skip';
  eventId: string;
  conversation: string;
  sessionId: string | undefined;
  /** Number of the event in its conversation, as its sender counted. */
  n: number;
  /** Number of the turn in its conversation, as the router counted. */
  turnSeq: number | undefined;
  /** From the event's store to the turn's. */
  routedMs: number;
}

export interface History {
  accepted: readonly AcceptedEvent[];
  judged: readonly JudgedEvent[];
  replies: readonly ReceivedReply[];
}

/** What was promised and did not hold, counted; all 0 but `deliveries_repeated`, which is allowed, in a history that is right. */
export interface Findings {
  /** Accepted events that became neither turn nor skip. */
  lost: number;
  /** Turns and skips too many of one event. */
  duplicated: number;
  /** Turns that come after a later event of their conversation, or whose number is not the next. */
  out_of_order: number;
  /** Events that became a skip though nothing was wrong with them. */
  skipped: number;
  /** Conversations whose turns lie in more than one session. */
  sessions_split: number;
  /** Turns whose reply never arrived. */
  deliveries_lost: number;
  /** More than one webhook-id for one output and target. */
  deliveries_duplicated: number;
  /** The same webhook-id again. */
  deliveries_repeated: number;
  /** First arrivals at a target that come after a later one. */
  deliveries_out_of_order: number;
  /** The first few of each sort, for whoever looks into it. */
  examples: string[];
}

type Count = Exclude<keyof Findings, 'examples'>;

const examplesOfEach = 5;

/** Compares what was accepted, what was routed and what arrived. Pure. */
export function checkHistory(history: History): Findings {
  const findings = emptyFindings();
  checkEvents(history, findings);
  checkOrder(history, findings);
  checkReplies(history, findings);
  return findings;
}

/** Whether a promise was broken. */
export function isViolated(findings: Findings): boolean {
  const { examples: _examples, deliveries_repeated: _repeated, ...violations } = findings;
  return Object.values(violations).some((count) => count > 0);
}

function emptyFindings(): Findings {
  return {
    lost: 0,
    duplicated: 0,
    out_of_order: 0,
    skipped: 0,
    sessions_split: 0,
    deliveries_lost: 0,
    deliveries_duplicated: 0,
    deliveries_repeated: 0,
    deliveries_out_of_order: 0,
    examples: [],
  };
}

function note(findings: Findings, what: Count, example: string): void {
  if (++findings[what] <= examplesOfEach) findings.examples.push(`${what}: ${example}`);
}

function checkEvents({ accepted, judged }: History, findings: Findings): void {
  const times = new Map<string, number>();
  for (const { kind, eventId } of judged) {
    const before = times.get(eventId) ?? 0;
    times.set(eventId, before + 1);
    if (before > 0) note(findings, 'duplicated', eventId);
    if (kind === 'skip') note(findings, 'skipped', eventId);
  }
  for (const { eventId } of accepted) if (!times.has(eventId)) note(findings, 'lost', eventId);
}

function checkOrder({ judged }: History, findings: Findings): void {
  const last = new Map<string, { n: number; turnSeq: number; sessionId: string | undefined }>();
  for (const { conversation, eventId, n, turnSeq, sessionId } of judged) {
    if (turnSeq === undefined) continue;
    const before = last.get(conversation) ?? { n: -1, turnSeq: 0, sessionId };
    if (n <= before.n) note(findings, 'out_of_order', `${eventId} after number ${before.n}`);
    else if (turnSeq !== before.turnSeq + 1)
      note(findings, 'out_of_order', `${eventId} is turn ${turnSeq} after ${before.turnSeq}`);
    if (sessionId !== before.sessionId)
      note(findings, 'sessions_split', `${eventId} in ${sessionId}, not ${before.sessionId}`);
    last.set(conversation, { n: Math.max(n, before.n), turnSeq, sessionId: before.sessionId });
  }
}

function checkReplies({ judged, replies }: History, findings: Findings): void {
  const arrived = new Set<string>();
  const idOf = new Map<string, string>();
  const seen = new Set<string>();
  const lastAt = new Map<string, number>();
  for (const { webhookId, outputId, target, text } of replies) {
    const [, conversation = '', n = ''] = text.split(' ');
    arrived.add(`${conversation} ${n}`);
    if (seen.has(webhookId)) {
      note(findings, 'deliveries_repeated', `${webhookId} (${text})`);
      continue;
    }
    seen.add(webhookId);
    const place = `${outputId} ${target}`;
    if (idOf.has(place)) note(findings, 'deliveries_duplicated', `${idOf.get(place)} and ${webhookId} (${text})`);
    idOf.set(place, webhookId);
    const before = lastAt.get(target) ?? -1;
    if (Number(n) < before) note(findings, 'deliveries_out_of_order', `${text} after number ${before}`);
    lastAt.set(target, Math.max(before, Number(n)));
  }
  const turns = new Set(
    judged.filter(({ kind }) => kind === 'turn').map(({ conversation, n }) => `${conversation} ${n}`),
  );
  for (const turn of turns) if (!arrived.has(turn)) note(findings, 'deliveries_lost', turn);
}
