import { LRUCache } from 'lru-cache';
import { hashToken, laneOf, token } from './token.ts';

export const streamNames = ['EVENTS', 'TURNS', 'OUTPUTS', 'DELIVERIES', 'LEDGER'] as const;
export type StreamName = (typeof streamNames)[number];

export const bucketNames = [
  'sessions',
  'bindings',
  'receipts',
  'connectors',
  'secrets',
  'tokens',
  'grants',
  'platform_leases',
  'worker_leases',
  'cursors',
  'progress',
  'targets',
  'state',
] as const;
export type BucketName = (typeof bucketNames)[number];

export const objectStoreNames = ['assets', 'raw'] as const;
export type ObjectStoreName = (typeof objectStoreNames)[number];

/** What the ledger keeps of its entries apart: the second token of their subject. */
export type LedgerEntryKind = 'attempts' | 'settlements' | 'rejected' | 'ignored' | 'dead' | 'audit';

/** A connector by its kind and name; names are unique within a kind only. */
export interface ConnectorId {
  kind: string;
  name: string;
}

/** Where an event is stored. `conversation` is a conversation key in platform terms. */
export interface EventPlace {
  connector: ConnectorId;
  conversation: string;
  eventId: string;
}

const isBucket = (name: StreamName | BucketName): name is BucketName => bucketNames.some((bucket) => bucket === name);

const some = (text: string | undefined) => (text === undefined ? '*' : token(text));

/** Busy conversations have many events, and a hash costs as much as all else of a name. */
const rememberedConversations = 5_000;

/**
 * Every subject, stream and bucket of an installation. Nothing else builds one.
 *
 *     tl.events.<kind>.<connector>.<conversation>.<event>       EVENTS      26 h, the idempotency window
 *     tl.turns.<conversation>.<lane>.<session>                  TURNS       30 days
 *     tl.skips.<conversation>.<why>                             TURNS       events that became no turn
 *     tl.outputs.<lane>.<session>                               OUTPUTS     7 days
 *     tl.deliveries.<kind>.<lane>.<connector>.<target>          DELIVERIES  7 days
 *     tl.ledger.<what>.<kind>.<connector>                       LEDGER      30 days
 *     tl.live.<session>   tl.receipts.<kind>.<instance>         not stored
 *     tl.relay.<kind>.<instance>                                not stored
 *     tl.ask.<kind>   tl.ask.<kind>.<gateway instance>          not stored, answered
 *     tl.status.<kind>.<gateway instance>   tl.status-wanted    not stored
 *
 * Platform ids never stand in a subject as they are: they are unbounded and hold dots (see `token`).
 */
export function createNames(prefix: string) {
  const hashed = new LRUCache<string, string>({ max: rememberedConversations });

  /** Two connectors never share a conversation, so its token covers kind, name and key. */
  function conversation(connector: ConnectorId, key: string): string {
    const whole = JSON.stringify([connector.kind, connector.name, key]);
    const known = hashed.get(whole);
    if (known !== undefined) return known;
    const made = hashToken(whole);
    hashed.set(whole, made);
    return made;
  }

  return {
    prefix,
    /** A bucket is a stream too: one message for each key. */
    stream: (name: StreamName | BucketName) => (isBucket(name) ? `KV_${prefix}_${name}` : `${prefix}_${name}`),
    bucket: (name: BucketName | ObjectStoreName) => `${prefix}_${name}`,
    /** The keys of a bucket that match a filter such as `delivery.*`, as subjects of its stream. */
    keys: (bucket: BucketName, filter: string) => `$KV.${prefix}_${bucket}.${filter}`,
    conversation,

    event: ({ connector, conversation: key, eventId }: EventPlace) =>
      `${prefix}.events.${token(connector.kind)}.${token(connector.name)}.${conversation(connector, key)}.${hashToken(eventId)}`,
    /** The events of an id, whatever their conversation. */
    eventAnywhere: ({ connector, eventId }: Omit<EventPlace, 'conversation'>) =>
      `${prefix}.events.${token(connector.kind)}.${token(connector.name)}.*.${hashToken(eventId)}`,
    /** All events of the conversation that this event subject belongs to. */
    eventsBeside: (eventSubject: string) => `${eventSubject.slice(0, eventSubject.lastIndexOf('.'))}.*`,
    conversationOf: (eventSubject: string) => eventSubject.split('.').at(-2) ?? '',
    allEvents: `${prefix}.events.>`,
    eventsOf: (of: Partial<ConnectorId>) => `${prefix}.events.${some(of.kind)}.${some(of.name)}.>`,

    turn: (conversationToken: string, sessionId: string) =>
      `${prefix}.turns.${conversationToken}.${laneOf(sessionId)}.${token(sessionId)}`,
    skip: (conversationToken: string, why: string) => `${prefix}.skips.${conversationToken}.${token(why)}`,
    /** Turns and skips of one conversation: what its next append is conditional on. */
    judged: (conversationToken: string) => `${prefix}.*.${conversationToken}.>`,
    allSkips: `${prefix}.skips.>`,
    isTurn: (subject: string) => subject.startsWith(`${prefix}.turns.`),
    allTurns: `${prefix}.turns.>`,
    turnsOfLane: (lane: number) => `${prefix}.turns.*.${lane}.*`,
    turnsOfSession: (sessionId: string) => `${prefix}.turns.*.${laneOf(sessionId)}.${token(sessionId)}`,
    /** The turns of the session that this turn subject belongs to, whatever their conversation. */
    turnsBeside: (turnSubject: string) => `${prefix}.turns.*.${turnSubject.split('.').slice(-2).join('.')}`,

    output: (sessionId: string) => `${prefix}.outputs.${laneOf(sessionId)}.${token(sessionId)}`,
    allOutputs: `${prefix}.outputs.>`,
    /** The token of the session that this output subject belongs to. */
    sessionOf: (outputSubject: string) => outputSubject.slice(outputSubject.lastIndexOf('.') + 1),
    outputsOfLane: (lane: number) => `${prefix}.outputs.${lane}.*`,

    /** `scope` is what the platform's rate limit applies to (host, bot, channel): it decides the lane. */
    delivery: (connector: ConnectorId, at: { scope: string; target: string }) =>
      `${prefix}.deliveries.${token(connector.kind)}.${laneOf(at.scope)}.${token(connector.name)}.${hashToken(at.target)}`,
    deliveriesOfLane: (kind: string, lane: number) => `${prefix}.deliveries.${token(kind)}.${lane}.*.*`,

    ledger: (what: LedgerEntryKind, connector: ConnectorId) =>
      `${prefix}.ledger.${what}.${token(connector.kind)}.${token(connector.name)}`,
    allLedger: `${prefix}.ledger.>`,
    ledgerOf: (what: LedgerEntryKind, of: Partial<ConnectorId> = {}) =>
      `${prefix}.ledger.${what}.${some(of.kind)}.${some(of.name)}`,
    /** Everything that the ledger keeps of connectors, whatever it is (`ledgerKind`). */
    anyLedgerOf: (of: Partial<ConnectorId>) => `${prefix}.ledger.*.${some(of.kind)}.${some(of.name)}`,
    ledgerKind: (subject: string) => subject.split('.')[2] ?? '',
    live: (sessionId: string) => `${prefix}.live.${token(sessionId)}`,
    allLive: `${prefix}.live.>`,
    receipts: (kind: string, instance: string) => `${prefix}.receipts.${token(kind)}.${token(instance)}`,
    receiptsOfAnyKind: (instance: string) => `${prefix}.receipts.*.${token(instance)}`,
    /** What replicas of one gateway hand to each other. */
    relay: (kind: string, instance: string) => `${prefix}.relay.${token(kind)}.${token(instance)}`,
    /** Questions to the gateways of a kind, which one of them answers; or to one of them. */
    ask: (kind: string, instance?: string) =>
      `${prefix}.ask.${token(kind)}${instance === undefined ? '' : `.${token(instance)}`}`,
    /** How the connectors of one gateway are. */
    status: (kind: string, instance: string) => `${prefix}.status.${token(kind)}.${token(instance)}`,
    allStatus: `${prefix}.status.>`,
    /** Whoever has just begun to follow the status asks here for all of it. */
    statusWanted: `${prefix}.status-wanted`,
  };
}

export type Names = ReturnType<typeof createNames>;
