import type { Bus } from '@trunkline/bus';
import { editSession, type Managed, type SessionRecord } from '@trunkline/sessions';
import type { AuditNote } from '../audit/record-audit.ts';
import { refuse, type Refusal } from '../operation.ts';

export interface SessionChange {
  session_id: string;
  ifMatch: string | undefined;
  set: Partial<Pick<SessionRecord, 'persona_id' | 'capability_scope' | 'credential_scope' | 'reply_targets'>>;
}

/** Changes fields of a living session, and says what they were before. */
export function sessionChange({ bus, now }: { bus: Pick<Bus, 'bucket'>; now: () => number }) {
  return async <A>(
    { session_id, ifMatch, set }: SessionChange,
    answerOf: (record: SessionRecord) => Promise<A>,
  ): Promise<{ answer: A; etag: string; audit: AuditNote } | Refusal> => {
    let before: SessionRecord | undefined;
    const edit = {
      sessionId: session_id,
      revision: revisionIn(ifMatch),
      now: now(),
      change(record: SessionRecord) {
        before = record;
        return { ...record, ...set };
      },
    };
    const edited = await editSession(edit, bus.bucket<SessionRecord>('sessions'));
    if (edited.status !== 'done') return managedRefusal(edited);
    const was = new Map(Object.entries(before ?? {}));
    const changes = Object.entries(set).map(([field, to]) => ({ field, from: was.get(field), to }));
    const audit = { target: { session_id }, changes };
    return { answer: await answerOf(edited.record), etag: String(edited.revision), audit };
  };
}

/** The revision that If-Match demands; `undefined` for any. What is no revision of ours matches none. */
export function revisionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  return /^\d+$/.test(ifMatch) ? Number(ifMatch) : -1;
}

/** Why a session was not changed. */
export function managedRefusal({ status }: { status: Exclude<Managed['status'], 'done'> }): Refusal {
  switch (status) {
    case 'not_found':
      return refuse('session_not_found', 'There is no session of this id. List them: trunkline sessions list.');
    case 'ended':
      return refuse('session_ended', 'The session has ended. Create it again: it begins its next life.');
    case 'changed':
      return refuse('precondition_failed', 'The session was changed meanwhile. Read it again and use its new ETag.');
  }
}
