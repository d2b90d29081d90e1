// Rooms that you talk in with curl, connected to Trunkline: `curl -d hello http://127.0.0.1:8788/lobby` says something,
// `curl http://127.0.0.1:8788/lobby` shows what was said. See ../sidecars.md.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createSidecar, terminal, type Delivery } from '@trunkline/sidecar-sdk';

const rooms = new Map<string, string[]>();
const roomOf = (path = '/') => rooms.get(path) ?? rooms.set(path, []).get(path) ?? [];

const sidecar = createSidecar({
  platform: 'rooms',
  capabilities: { threads: true },
  env: process.env,
  deliver,
  connect: () =>
    new Promise<void>((resolve) => platform.listen(Number(process.env.ROOMS_PORT ?? 8788), '127.0.0.1', resolve)),
  disconnect: () => new Promise<void>((resolve) => platform.close(() => resolve())),
});

/** Says an answer in the room that the event came from. Returning means that the room has it. */
async function deliver({ reply_route, content, parts, artifacts }: Delivery): Promise<void> {
  if (!reply_route.startsWith('/')) throw terminal('reply_route is not a room');
  const files = parts.flatMap((part) => (part.type === 'attachment' ? [part.attachment] : []));
  const lines = [content];
  for (const file of [...files, ...artifacts]) {
    const bytes = await sidecar.downloadAsset(file);
    lines.push(`[${file.file_name ?? file.id}, ${bytes.length} bytes]`);
  }
  roomOf(reply_route).push(...lines);
}

/** Hears what somebody says in a room. */
async function talk(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const room = req.url ?? '/';
  if (req.method === 'GET')
    return void res.end(
      roomOf(room)
        .map((line) => `${line}\n`)
        .join(''),
    );
  const content = await text(req);
  roomOf(room).push(content);
  const result = await sidecar.submit({
    event_id: randomUUID(), // Take the platform's own id of a message where there is one: it is how repeats are found.
    content,
    actor_id: 'curl',
    thread: { path: [room] },
    reply_route: room,
  });
  res.end(`${JSON.stringify(result)}\n`);
}

const platform = createServer((req, res) => void talk(req, res).catch(() => res.writeHead(500).end()));

await sidecar.run();
