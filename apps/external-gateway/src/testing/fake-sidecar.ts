import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the fake got. */
export interface SidecarCall {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown> | undefined;
}

/** A sidecar in this process: well unless told otherwise, and taking down what it is asked. */
export interface FakeSidecar extends AsyncDisposable {
  readonly url: string;
  readonly calls: SidecarCall[];
  deliveries(): SidecarCall[];
  /** Answers of `/deliver`, in this order; `committed` after that. */
  answerWith(...answers: ((res: ServerResponse) => void)[]): void;
  /** What manifest and health say from now on. */
  say(fields: { manifest?: object; health?: object }): void;
}

/** Listens on a free port of the loopback. */
export async function startFakeSidecar(): Promise<FakeSidecar> {
  const calls: SidecarCall[] = [];
  const answers: ((res: ServerResponse) => void)[] = [];
  let said: Record<string, object> = {
    '/manifest': { protocol_version: 1, instance_id: 'i-1' },
    '/health': { protocol_version: 1, instance_id: 'i-1', status: 'ready' },
  };
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
      const path = req.url ?? '';
      calls.push({ path, headers: req.headers, body });
      const answer = path === '/deliver' ? answers.shift() : undefined;
      if (answer) return answer(res);
      res.setHeader('content-type', 'application/json').end(JSON.stringify(said[path] ?? { status: 'committed' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    deliveries: () => calls.filter(({ path }) => path === '/deliver'),
    answerWith: (...next) => void answers.push(...next),
    say({ manifest, health }) {
      said = { ...said, ...(manifest && { '/manifest': manifest }), ...(health && { '/health': health }) };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
