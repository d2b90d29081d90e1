import type { HealthStatus } from './runtime-contract.ts';

/** What a sidecar says of itself when it is asked. */
export interface SidecarHealth {
  status: HealthStatus;
  /** Shown to operators: no secrets. */
  detail?: string | undefined;
}

export interface HealthState {
  now(): SidecarHealth;
  set(health: SidecarHealth): void;
}

/** The last status that was set; `asked`, if there is one, speaks for a sidecar that has started and does not drain. */
export function healthState(asked?: () => SidecarHealth): HealthState {
  let health: SidecarHealth = { status: 'starting' };
  return {
    now() {
      const settled = health.status === 'starting' || health.status === 'draining';
      return asked && !settled ? asked() : health;
    },
    set(next) {
      // Draining has no way back.
      if (health.status !== 'draining') health = next;
    },
  };
}
