import type { SidecarHealth } from '@trunkline/sidecar-sdk';

/** How the sidecar stands with Discord. `misconfigured` ends only with a restart: somebody has to change something; `canSend` says whether the token still counts. */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'ready' }
  | { state: 'interrupted' }
  | { state: 'misconfigured'; detail: string; canSend: boolean };

/** Holds the state, and says it in the words of health checks. */
export interface ConnectionStatus {
  readonly current: ConnectionState;
  set(next: ConnectionState): void;
  health(): SidecarHealth;
  /** Resolves when it is first ready or known to be misconfigured. */
  settled: Promise<void>;
}

export function connectionStatus(): ConnectionStatus {
  let current: ConnectionState = { state: 'connecting' };
  const { promise: settled, resolve } = Promise.withResolvers<void>();
  return {
    get current() {
      return current;
    },
    set(next) {
      // The first fault is the one to mend.
      if (current.state === 'misconfigured') return;
      current = next;
      if (next.state === 'ready' || next.state === 'misconfigured') resolve();
    },
    health() {
      switch (current.state) {
        case 'ready':
          return { status: 'ready' };
        case 'misconfigured':
          return { status: 'degraded', detail: current.detail };
        case 'connecting':
          return { status: 'degraded', detail: 'Not connected to Discord yet.' };
        case 'interrupted':
          return { status: 'degraded', detail: 'The connection to Discord is interrupted; it is being resumed.' };
      }
    },
    settled,
  };
}
