import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sidecar, SidecarOptions } from './create-sidecar.ts';
import type { DeliverOnce } from './deliver-once.ts';
import type { Placement } from './environment.ts';
import type { HealthState } from './health-state.ts';
import type { SidecarLog } from './log.ts';
import { listen } from './runtime-server.ts';
import type { SubmitQueue } from './submit-queue.ts';

/** What starting and draining act on. */
export interface Lifecycle {
  options: Pick<SidecarOptions, 'connect' | 'disconnect' | 'listen' | 'drainWithinMs'>;
  placement: Placement;
  server: Server;
  state: HealthState;
  deliveries: DeliverOnce;
  queue: SubmitQueue;
  log: SidecarLog;
}

/** Within the 10 s after which a supervisor kills. */
const drainWithinMs = 9_000;

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Listens, connects, and is ready unless `connect` set another status. */
export async function startSidecar(
  sidecar: Sidecar,
  { options, placement, server, state, log }: Lifecycle,
): Promise<void> {
  const { hostname, port, protocol } = placement.baseUrl;
  const address = {
    // A public name is somebody else's address, a proxy's or a container's: listen on all of ours.
    host: options.listen?.host ?? (loopback.test(hostname) ? hostname.replace(/[[\]]/g, '') : '::'),
    port: options.listen?.port ?? (Number(port) || (protocol === 'https:' ? 443 : 80)),
  };
  await listen(server, address);
  log.info('sidecar listens', { ...address, instance_id: sidecar.instanceId });
  await options.connect?.(sidecar);
  if (state.now().status === 'starting') state.set({ status: 'ready' });
}

/** Runs until SIGTERM or SIGINT; a second one ends the process at once. */
export async function runSidecar(sidecar: Sidecar, { log }: Lifecycle): Promise<never> {
  const signalled = new Promise<void>((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve();
      });
    }
  });
  // A signal while the platform is being connected counts as well.
  await Promise.race([sidecar.start(), signalled]);
  await signalled;
  const { lost } = await sidecar.drain();
  if (lost > 0) log.error('events were lost', { lost });
  process.exit(lost > 0 ? 1 : 0);
}

/** Drains once, however often it is called. */
export function drainOnce(lifecycle: Lifecycle): () => Promise<{ lost: number }> {
  let drained: Promise<{ lost: number }> | undefined;
  return () => (drained ??= drain(lifecycle));
}

async function drain({ options, server, state, deliveries, queue, log }: Lifecycle): Promise<{ lost: number }> {
  state.set({ status: 'draining', detail: 'The process is being stopped.' });
  const timer = new AbortController();
  const tooLong = sleep(options.drainWithinMs ?? drainWithinMs, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([leave({ options, deliveries, queue, log }), tooLong]);
  timer.abort();
  const lost = queue.stop();
  server.close();
  server.closeAllConnections();
  return { lost };
}

async function leave({ options, deliveries, queue, log }: Pick<Lifecycle, 'options' | 'deliveries' | 'queue' | 'log'>) {
  await deliveries.idle();
  try {
    await options.disconnect?.();
  } catch (error) {
    log.error('the platform could not be left', { error });
  }
  await queue.flush();
}
