import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { findLeaks, type Outcome } from '@trunkline/testing';

/** What comes out of an installation, looked through for its secrets. */
export interface LeakWatch extends AsyncDisposable {
  /** Takes traces and metrics from the processes, as an OTLP collector does. */
  readonly collectorUrl: string;
  /** What processes have sent to the collector at this path. */
  collected(path: string): (string | Uint8Array)[];
  /** A value that must come out nowhere from now on, and should not have before. */
  hide(secret: string): void;
  /** Something that came out where this watch does not look by itself. */
  saw(where: string, text: string): void;
  /** Where secrets came out: in logs, traces, metrics, readiness reports, and in what was `saw`. */
  leaks(): Promise<string[]>;
}

/** Watches the processes that log into a folder (`<name>.log`) and have these ops servers. */
export async function watchLeaks(of: {
  logFolder: string;
  opsUrls(): ReadonlyMap<string, string>;
}): Promise<LeakWatch> {
  const secrets = new Set<string>();
  const seen: Outcome[] = [];
  const collector = await startCollector((path, body) => seen.push({ where: `OTLP ${path}`, text: body }));
  return {
    collectorUrl: collector.url,
    collected: (path) => seen.filter(({ where }) => where === `OTLP ${path}`).map(({ text }) => text),
    hide: (secret) => void secrets.add(secret),
    saw: (where, text) => void seen.push({ where, text }),
    async leaks() {
      const outcomes = [...seen, ...(await logs(of.logFolder)), ...(await answers(of.opsUrls()))];
      return findLeaks(outcomes, [...secrets]);
    },
    [Symbol.asyncDispose]: () => collector.close(),
  };
}

const secretLine = /^\s*\w*(?:token|secret)\s*=\s*"([^"]+)"/gm;

/** The values of secret fields that stand in a connectors file. */
export const secretsIn = (toml: string): string[] => [...toml.matchAll(secretLine)].flatMap(([, value]) => value ?? []);

async function logs(folder: string): Promise<Outcome[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  return Promise.all(names.map(async (name) => ({ where: name, text: await readFile(join(folder, name)) })));
}

/** What the ops servers tell whoever asks; one that is down tells nothing. */
async function answers(opsUrls: ReadonlyMap<string, string>): Promise<Outcome[]> {
  const urls = [...opsUrls].flatMap(([name, url]) =>
    ['/readyz', '/metrics'].map((path) => [name, url + path] as const),
  );
  return Promise.all(
    urls.map(async ([name, url]) => {
      const text = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.text(),
        () => '',
      );
      return { where: `${name} ${new URL(url).pathname}`, text };
    }),
  );
}

async function startCollector(received: (path: string, body: Buffer) => void) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received(request.url ?? '', Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
