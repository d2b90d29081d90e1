export { type Appended, type AppendOptions } from './append.ts';
export {
  backupOrder,
  backUpStream,
  deleteStreams,
  finishRestore,
  occupiedStreams,
  restoreStream,
} from './backup-streams.ts';
export { storedValue, type Bucket, type Entry, type WriteOptions } from './bucket.ts';
export { openBus, type Bus, type BusOptions, type CoreMessage, type Subscription } from './bus.ts';
export {
  consumeDoorbells,
  type Arrival,
  type Consuming,
  type Doorbell,
  type DoorbellOptions,
  type Verdict,
} from './consume.ts';
export { BusNotReadyError, BusPermissionError, BusUnavailableError, SnapshotFailedError } from './errors.ts';
export { followWorkers, type FollowedWorkers } from './follow-workers.ts';
export { createGroup, deleteGroup, listGroups, type GroupFacts, type NewGroup } from './groups.ts';
export { inboxPrefixOf } from './inbox.ts';
export { decodeJson, encodeJson } from './json.ts';
export { type Handled, type LaneContext, type LaneWork } from './lane-runner.ts';
export { leasedRecord, type LeasedRecord } from './leased-record.ts';
export { appendLedger } from './ledger.ts';
export { type BusState } from './link.ts';
export { type BusLog } from './log.ts';
export { inspectStreams, migrateStreams, requireStreams, streamUsage, type StreamFinding } from './migrate.ts';
export {
  createNames,
  type BucketName,
  type ConnectorId,
  type EventPlace,
  type LedgerEntryKind,
  type Names,
  type ObjectStoreName,
  type StreamName,
} from './names.ts';
export { renderNatsConfig, renderNatsUser, type NatsUser } from './nats-config.ts';
export { type ObjectFacts, type ObjectStore, type StoredObject } from './objects.ts';
export { permissionsOf, type Permissions } from './permissions.ts';
export { type Asked } from './questions.ts';
export { listenForReceipts, readReceipt, writeReceipt, type ReceiptListener, type ReceiptOf } from './receipts.ts';
export { rememberReads, type RememberedBucket } from './remember-reads.ts';
export { incarnationOf, runLanes, type LaneWorker, type RunLanesOptions } from './run-lanes.ts';
export { roleOf, rolesOf, routerGroup, userOf, type Role } from './roles.ts';
export { runLeased, type LeasedOptions, type LeasedWork, type PlatformLease } from './run-leased.ts';
export { busHeaders, storeEvent, storeEvents, type EventStored, type EventToStore } from './store-event.ts';
export { type OrderedReader, type ReadFrom } from './ordered-reader.ts';
export { readNewestFirst, type NewestFirst, type NewestPage } from './read-newest-first.ts';
export { type StoredMessage, type StoredMessageQuery } from './stored-message.ts';
export { type SnapshotState, type StreamSnapshot } from './snapshot.ts';
export { createSlots } from './slots.ts';
export { routingBacklog, streamSizes } from './stream-sizes.ts';
export { defaultStreamChoices, type StreamChoices } from './stream-definitions.ts';
export { hashToken, laneCount, laneOf, token } from './token.ts';
export { untilAnswered } from './until-answered.ts';
export { type Change, type Watch } from './watch-fan.ts';
