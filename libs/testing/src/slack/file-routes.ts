import { Router, type Request, type Response } from 'express';
import { bytesOf } from './decode-call.ts';
import type { FaultCall, ApiFault, EventFault } from './faults.ts';
import { loginPage, spoilResponse } from './spoil-response.ts';
import { reset } from './web-api.ts';
import { findToken, sees, type FakeFile, type World } from './world.ts';

interface Deps {
  world: World;
  takeFault(call: FaultCall): { delayMs: number; fault?: ApiFault | EventFault };
}

/** The URLs that bytes go to and come from: uploads need no token, private files need one that may see them. */
export function fileRoutes(deps: Deps): Router {
  const router = Router();
  router.post('/upload/v1/:id', (request, response) => upload(request, response, deps));
  const send = (request: Request, response: Response) => download(request, response, deps);
  router.get('/files-pri/:key/download/:name', send);
  router.get('/files-pri/:key/:name', send);
  return router;
}

async function upload(request: Request, response: Response, { world, takeFault }: Deps): Promise<void> {
  const file = world.files.get(String(request.params['id']));
  const planned = takeFault({ method: 'upload', args: { file: file?.id ?? '' }, app: undefined });
  if (await spoilResponse(response, planned)) return;
  const { fault } = planned;
  const bytes = await uploadedBytes(request);
  if (!file || file.complete) return void response.status(404).send('file_not_found');
  if (bytes.length !== file.size) return void response.status(400).send(`expected ${file.size} bytes`);
  file.bytes = bytes;
  if (fault?.do === 'reset_after_commit') return reset(response);
  if (fault?.do === 'server_error_after_commit') return void response.status(fault.status ?? 500).send('error');
  response.send(`OK - ${file.size}`);
}

async function uploadedBytes(request: Request): Promise<Buffer> {
  const bytes = bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await new globalThis.Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const part = [...form.values()].find((value) => typeof value !== 'string');
  return part ? Buffer.from(await part.arrayBuffer()) : bytes;
}

async function download(request: Request, response: Response, { world, takeFault }: Deps): Promise<void> {
  const file = world.files.get(String(request.params['key']).split('-')[1] ?? '');
  const planned = takeFault({ method: 'download', args: { file: file?.id ?? '' }, app: undefined });
  if (await spoilResponse(response, planned)) return;
  // Slack sends a browser that it does not know to its login page, and so any client.
  if (!file?.bytes || !mayRead(request, file, world)) return void response.type('html').send(loginPage);
  response.type(file.mimetype).send(file.bytes);
}

function mayRead(request: Request, file: FakeFile, world: World): boolean {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const owner = findToken(world, token);
  if (owner?.kind !== 'bot' || owner.install.state !== 'active' || !owner.install.scopes.has('files:read'))
    return false;
  const { install } = owner;
  if (file.user === install.bot_user_id) return true;
  return file.shared_in.some(({ channel }) => {
    const place = world.channels.get(channel);
    return place !== undefined && sees(world, install, place);
  });
}
