import { randomUUID } from 'node:crypto';
import { readNewestFirst, type Bus, type Entry } from '@trunkline/bus';
import type { sessionRoutes } from '@trunkline/control-api';
import { eventFingerprint } from '@trunkline/events';
import type { Emitter } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import { endSession, sessionKey, type SessionRecord } from '@trunkline/sessions';
import { readJudgement } from '../events/event-summary.ts';
import { refuse, type HandlersOf } from '../operation.ts';
import { storeAsEvent } from '../store-as-event.ts';
import { applySessionPolicy } from './apply-session-policy.ts';
import { managedRefusal, revisionIn, sessionChange } from './change-session.ts';
import { checkTargets } from './check-targets.ts';
import { preCreateSession } from './create-session.ts';
import { inputEvent } from './input-event.ts';
import { listSessions } from './list-sessions.ts';
import { outputPage } from './output-view.ts';
import { sessionSummary, sessionView } from './session-view.ts';

export interface SessionDeps {
  bus: Bus;
  inventory: Pick<Inventory, 'get'>;
  emitter: Emitter;
  now: () => number;
}

type Handlers = HandlersOf<typeof sessionRoutes>;
type Reads = 'listSessions' | 'getSession' | 'listTurns' | 'listOutputs' | 'getReplyTargets';
type Edits = 'putReplyTargets' | 'clearReplyTargets' | 'putPersona' | 'putCapabilityScope' | 'putCredentialScope';

/** Operations on sessions. */
export function sessionHandlers(deps: SessionDeps): Handlers {
  return { ...reads(deps.bus), ...edits(deps), ...lives(deps) };
}

const badCursor = refuse('query_invalid', 'cursor: use `next` of the page before.');
const unknownSession = managedRefusal({ status: 'not_found' });

function reads(bus: Bus): Pick<Handlers, Reads> {
  const find = (sessionId: string): Promise<Entry<SessionRecord> | undefined> =>
    bus.bucket<SessionRecord>('sessions').get(sessionKey(sessionId));
  return {
    async listSessions({ query }) {
      const page = await listSessions(query, bus);
      if (!page) return badCursor;
      const items = await Promise.all(page.items.map((record) => sessionSummary(record, bus)));
      return { answer: { ...page, items } };
    },
    async getSession({ params }) {
      const found = await find(params.session_id);
      if (!found) return unknownSession;
      return { answer: await sessionView(found.value, bus), etag: String(found.revision) };
    },
    async listTurns({ params, query }) {
      const before = cursorOf(query.cursor);
      if (Number.isNaN(before)) return badCursor;
      const filter = bus.names.turnsOfSession(params.session_id);
      const { limit } = query;
      const page = await readNewestFirst(
        { stream: 'TURNS', filter, before, limit, read: (message) => readJudgement(message)?.turn },
        bus,
      );
      return { answer: { items: page.items, next: page.next?.toString() } };
    },
    async listOutputs({ params, query }) {
      const before = cursorOf(query.cursor);
      if (Number.isNaN(before)) return badCursor;
      const page = await outputPage({ sessionId: params.session_id, before, limit: query.limit }, bus);
      return { answer: { items: page.items, next: page.next?.toString() } };
    },
    async getReplyTargets({ params }) {
      const found = await find(params.session_id);
      if (!found) return unknownSession;
      return { answer: { reply_targets: found.value.reply_targets ?? [] }, etag: String(found.revision) };
    },
  };
}

const cursorOf = (cursor: string | undefined) => (cursor === undefined ? undefined : Number(cursor));

function edits({ bus, inventory, now }: SessionDeps): Pick<Handlers, Edits> {
  const change = sessionChange({ bus, now });
  const summary = async (record: SessionRecord) => sessionSummary(record, bus);
  return {
    async putReplyTargets({ params, body, ifMatch }) {
      const checked = checkTargets(body.reply_targets, inventory);
      if ('problem' in checked) return checked;
      const { targets: reply_targets } = checked;
      return change({ ...params, ifMatch, set: { reply_targets } }, async () => ({ reply_targets }));
    },
    clearReplyTargets: ({ params, ifMatch }) =>
      change({ ...params, ifMatch, set: { reply_targets: [] } }, async () => undefined),
    putPersona: ({ params, body, ifMatch }) =>
      change({ ...params, ifMatch, set: { persona_id: body.persona_id ?? undefined } }, summary),
    putCapabilityScope: ({ params, body, ifMatch }) =>
      change({ ...params, ifMatch, set: { capability_scope: body } }, summary),
    putCredentialScope: ({ params, body, ifMatch }) =>
      change({ ...params, ifMatch, set: { credential_scope: body } }, summary),
  };
}

function lives(deps: SessionDeps): Omit<Handlers, Reads | Edits> {
  const { bus, inventory, now } = deps;
  return {
    async createSession({ body }) {
      const checked = checkTargets(body.reply_targets, inventory);
      if ('problem' in checked) return checked;
      const created = await preCreateSession({ ...body, reply_targets: checked.targets }, deps);
      if ('problem' in created) return created;
      const { record, revision } = created;
      const { session_id, generation } = record;
      const audit = { target: { session_id }, changes: [{ field: 'generation', to: generation }] };
      return { answer: await sessionView(record, bus), etag: String(revision), audit };
    },
    async endSession({ params, ifMatch }) {
      const ended = await endSession(
        { sessionId: params.session_id, revision: revisionIn(ifMatch) },
        {
          sessions: bus.bucket('sessions'),
          bindings: bus.bucket('bindings'),
          boundKeys: bus.bucket('bindings'),
          state: bus.bucket('state'),
          now: now(),
        },
      );
      if (ended.status === 'ended') return { answer: undefined, audit: 'nothing_changed' };
      if (ended.status !== 'done') return managedRefusal(ended);
      return { answer: undefined, audit: { target: params, changes: [{ field: 'state', to: 'ended' }] } };
    },
    addInput: (request) => addInput({ ...request.params, ...request.body, author: request.caller.name }, deps),
    async applySessionPolicy({ params, query }) {
      const config = inventory.get(params.kind, params.name)?.config;
      if (!config)
        return refuse('connector_not_found', `There is no connector ${params.kind}/${params.name} that can be read.`);
      const answer = await applySessionPolicy(config, { dryRun: query.dry_run, bus, now: now() });
      if (answer.moved === 0) return { answer, audit: 'nothing_changed' };
      return { answer, audit: { target: params, changes: [{ field: 'sessions_moved', to: answer.moved }] } };
    },
  };
}

async function addInput(
  input: { session_id: string; content: string; idempotency_key?: string | undefined; author: string },
  { bus, emitter, now }: SessionDeps,
) {
  const { session_id: sessionId, content, author, idempotency_key: key = randomUUID() } = input;
  const found = await bus.bucket<SessionRecord>('sessions').get(sessionKey(sessionId));
  if (!found) return unknownSession;
  if (found.value.ended_at !== undefined) return managedRefusal({ status: 'ended' });
  const event = inputEvent({ sessionId, content, author, key, now: now() });
  const kept = await storeAsEvent(event, { fingerprint: eventFingerprint(event), emitter });
  if ('problem' in kept) return kept;
  const { stored, isNew } = kept;
  const audit = { target: { session_id: sessionId }, changes: [{ field: 'input', to: stored.event_id }] };
  return { answer: stored, audit: isNew ? audit : ('nothing_changed' as const) };
}
