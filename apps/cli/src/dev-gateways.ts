import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConnectorsFile } from '@trunkline/config';
import { freePort } from './free-port.ts';
import type { Supervised } from './supervise.ts';

/** The kinds that `dev` has a gateway for, in the order of their ports: http on `--port`, the terminal's on the next, then these. */
export const gatewayKinds = ['http', 'slack', 'telegram', 'external'] as const;
export type GatewayKind = (typeof gatewayKinds)[number];

/** Where a gateway that runs is reached, and asked whether it is ready. */
export interface RunningGateway {
  kind: GatewayKind;
  url: string;
  opsPort: number;
  process: Supervised;
}

/** Starts one process of a service of this installation. */
export type StartService = (service: { name: string; args: string[] }) => Supervised;

/**
 * Starts the gateway of a kind on a port of its own; the wanted one where it is free, so that a URL given to a platform lasts.
 * It runs until its process is stopped.
 */
export async function startGateway(
  kind: GatewayKind,
  { port: wanted, start }: { port: number; start: StartService },
): Promise<RunningGateway> {
  const [port = 0, opsPort = 0] = await Promise.all([freePort(wanted), freePort(0)]);
  const url = `http://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--ops-port', String(opsPort), '--public-url', url];
  return { kind, url, opsPort, process: start({ name: `${kind}-gateway`, args }) };
}

/** The port that a gateway wants: http the one asked for, the others those behind the terminal's. */
export function wantedPort(kind: GatewayKind, httpPort: number): number {
  if (kind === 'http' || httpPort === 0) return httpPort;
  return httpPort + 1 + gatewayKinds.indexOf(kind);
}

/** Which gateways a connectors file needs: http always, the others for connectors of theirs; one with errors needs no others. */
export function kindsIn(toml: string, file: string): GatewayKind[] {
  const parsed = parseConnectorsFile(toml, file);
  const connectors = parsed.ok ? parsed.connectors : [];
  return gatewayKinds.filter((kind) => kind === 'http' || connectors.some((connector) => connector.kind === kind));
}

const lookEveryMs = 500;

/** Hands on what a file holds, now and after each edit, one at a time, until `signal` aborts. */
export async function followText(
  file: string,
  { signal, onText }: { signal: AbortSignal; onText(text: string): Promise<void> },
): Promise<void> {
  let known: string | undefined;
  while (!signal.aborted) {
    // An editor may have moved it away for a moment.
    const text = await readFile(file, 'utf8').catch(() => known);
    if (text !== undefined && text !== known) await onText(text);
    known = text;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
