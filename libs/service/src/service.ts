import type { Keyring } from '@trunkline/secrets';
import type { Logger, Telemetry } from '@trunkline/telemetry';
import type { CommonValues } from './common-options.ts';
import type { OptionTable, OptionValues } from './option.ts';
import type { ReadinessCheck } from './readiness.ts';

/** What a service makes of itself before `main` runs. */
export interface ServiceDefinition<O extends OptionTable> {
  /** One sentence for `--help`. */
  summary: string;
  version?: string;
  /** Settings beyond the common ones. */
  options: O;
  /** Whether TRUNKLINE_MASTER_KEY (or its _FILE) must be, may be, or is not looked at. Default `ignored`. */
  keyring?: 'required' | 'optional' | 'ignored';
}

/** The running process, as `main` sees it. */
export interface Service<O extends OptionTable = OptionTable> {
  readonly name: string;
  /** Random for each process: two replicas, or one before and after a restart, never share it. A safe NATS token. */
  readonly instanceId: string;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly options: CommonValues & OptionValues<O>;
  /** Present if the definition asked for it and it is configured; a definition that requires it always has it. */
  readonly keyring: Keyring | undefined;
  /** Base URL of /livez, /readyz and /metrics. */
  readonly opsUrl: string;
  /** Aborts when the service begins to stop. */
  readonly stopping: AbortSignal;
  /** Work that lasts as long as the service. If it fails the service stops: half a gateway loses messages quietly. */
  background(task: Promise<unknown>): void;
  /** Runs on shutdown, last registered first: what was opened last closes first. */
  onStop(close: () => unknown): void;
  /** Asks a part of the service whether it can work. All must say yes for /readyz to say so. */
  ready(name: string, check: ReadinessCheck): void;
}
