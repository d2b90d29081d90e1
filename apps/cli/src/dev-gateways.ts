import { freePort } from './free-port.ts';
import type { Supervised } from './supervise.ts';

/** The kinds that `dev` runs a gateway for, in the order of their ports: http on `--port`, the terminal's on the next, then these. */
export const gatewayKinds = ['http', 'slack', 'telegram', 'external'] as const;
export type GatewayKind = (typeof gatewayKinds)[number];

/** Where a service that runs is reached, and asked whether it is ready. */
export interface RunningService {
  url: string;
  opsPort: number;
  process: Supervised;
}

/** A gateway that runs. */
export interface RunningGateway extends RunningService {
  kind: GatewayKind;
}

/** Starts one process of a service of this installation. */
export type StartService = (service: { name: string; args: string[] }) => Supervised;

/**
 * Starts the gateway of a kind on a port of its own; the wanted one where it is free, so that a URL given to a platform lasts.
 * It runs until its process is stopped.
 */
export async function startGateway(
  kind: GatewayKind,
  { port, start }: { port: number; start: StartService },
): Promise<RunningGateway> {
  const urlOfPort = (free: number) => ['--public-url', `http://127.0.0.1:${free}`];
  return { kind, ...(await startListening(`${kind}-gateway`, { port, start, args: urlOfPort })) };
}

/** Starts a service that listens, on the wanted port where that is free. */
export async function startListening(
  name: string,
  { port: wanted, start, args }: { port: number; start: StartService; args(port: number): string[] },
): Promise<RunningService> {
  const [port = 0, opsPort = 0] = await Promise.all([freePort(wanted), freePort(0)]);
  const process = start({ name, args: ['--port', String(port), '--ops-port', String(opsPort), ...args(port)] });
  return { url: `http://127.0.0.1:${port}`, opsPort, process };
}

/** The port that a gateway wants: http the one asked for, the others those behind the terminal's. */
export function wantedPort(kind: GatewayKind, httpPort: number): number {
  if (kind === 'http' || httpPort === 0) return httpPort;
  return httpPort + 1 + gatewayKinds.indexOf(kind);
}

/** The port that the control plane wants: behind the gateways'. */
export const wantedControlPort = (httpPort: number): number =>
  httpPort === 0 ? 0 : httpPort + 1 + gatewayKinds.length;
