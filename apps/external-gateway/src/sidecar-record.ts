import { token, type Bus } from '@trunkline/bus';
import type { Health, Manifest } from '@trunkline/sidecar-sdk';

/** Whether a sidecar can be reached and what it says of itself; `down` says why not, `stopped` was meant. */
export interface SidecarState {
  status: Health['status'] | 'down' | 'stopped';
  /** Why it is not well: a word for programs, a sentence for people. */
  code?: string;
  reason?: string;
  manifest?: Manifest;
  /** Process id of a child. */
  pid?: number;
  /** Starts in a row that did not last. */
  failures?: number;
}

/** What every process can read of a sidecar: bucket `targets`, key `sidecar.external.<connector>`, kept 3 min after it was last looked at. */
export interface SidecarRecord extends SidecarState {
  v: 1;
  mode: 'remote_http' | 'child_process';
  /** The gateway instance that looks after it. */
  gateway: string;
  at: string;
}

const keptMs = 180_000;
const keyOf = (connector: string) => `sidecar.external.${token(connector)}`;
type RecordBus = Pick<Bus, 'bucket'>;

/** Writes what is known of a sidecar now. */
export async function writeSidecar(connector: string, record: SidecarRecord, bus: RecordBus): Promise<void> {
  await bus.bucket<SidecarRecord>('targets').put(keyOf(connector), record, { ttlMs: keptMs });
}

/** What was last known of a sidecar, by whichever gateway looks after it. */
export async function readSidecar(connector: string, bus: RecordBus): Promise<SidecarRecord | undefined> {
  return (await bus.bucket<SidecarRecord>('targets').get(keyOf(connector)))?.value;
}
