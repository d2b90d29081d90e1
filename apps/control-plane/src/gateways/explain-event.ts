import { busHeaders, type Bus } from '@trunkline/bus';
import type { Explanation } from '@trunkline/control-api';
import { deliverySubject } from '@trunkline/deliveries';
import type { ExplainedEvent, TrunklineEvent } from '@trunkline/events';
import { canonicalTargets, snapshotTargets } from '@trunkline/reply-routing';
import { explainSession, type ExplainedSession, type SessionStore } from '@trunkline/sessions';

type Explained = Explanation['events'][number];

export interface ExplainEventDeps {
  bus: Pick<Bus, 'read' | 'names'>;
  sessions: Pick<SessionStore, 'find' | 'holder'>;
  now: () => number;
}

/** Goes on where the gateway ended: whether the event is there already, its session and why, its turn, and where answers go. */
export async function explainEvent(explained: ExplainedEvent, deps: ExplainEventDeps): Promise<Explained> {
  if (explained.outcome !== 'event') return explained;
  const { event, fingerprint, notes, cut } = explained;
  const { names } = deps.bus;
  const place = { connector: event.data.connector, conversation: event.subject, eventId: event.id };
  const [stored, session] = await Promise.all([
    deps.bus.read('EVENTS', { newestOf: names.event(place) }),
    explainSession(event.data, { store: deps.sessions, now: deps.now }),
  ]);
  const same = stored?.headers[busHeaders.fingerprint] === fingerprint;
  return {
    outcome: 'event',
    event_id: event.id,
    conversation: event.subject,
    event: { ...event },
    notes,
    ...(cut && { cut }),
    stored: stored === undefined ? 'no' : same ? 'duplicate' : 'conflict',
    event_subject: names.event(place),
    session: sessionView(session),
    ...routeOf(event, session, deps.bus),
  };
}

function sessionView({
  resolution,
  decidedBy,
  key,
  wouldCreate,
  wouldBind,
}: ExplainedSession): NonNullable<Explained['session']> {
  const decision = { decided_by: decidedBy, ...(key !== undefined && { binding_key: key }) };
  if (resolution.outcome === 'skip') {
    const { outcome, code, reason } = resolution;
    return { outcome, ...decision, would_create: false, would_bind: [], foreign_keys: [], code, reason };
  }
  const { session_id, generation } = resolution.session;
  const { foreignKeys } = resolution;
  return {
    ...{ outcome: resolution.outcome, ...decision, session_id, generation },
    ...{ would_create: wouldCreate, would_bind: wouldBind, foreign_keys: foreignKeys },
  };
}

function routeOf(
  event: TrunklineEvent,
  { resolution }: ExplainedSession,
  { names }: Pick<Bus, 'names'>,
): Pick<Explained, 'turn_subject' | 'output_subject' | 'replies'> {
  if (resolution.outcome === 'skip') return {};
  const { session_id, reply_targets: defaults = [] } = resolution.session;
  const conversation = names.conversation(event.data.connector, event.subject);
  const own = snapshotTargets(event.data).targets;
  const targets = own.length > 0 ? own : canonicalTargets(defaults).targets;
  const from = own.length > 0 ? 'event' : targets.length > 0 ? 'session' : 'nowhere';
  return {
    turn_subject: names.turn(conversation, session_id),
    output_subject: names.output(session_id),
    replies: {
      from,
      targets: targets.map((target) => ({ target: { ...target }, delivery_subject: deliverySubject(target, names) })),
    },
  };
}
