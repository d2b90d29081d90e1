import { Router, type Request, type Response } from 'express';
import type { Announce } from './announce.ts';
import { decodeCall } from './decode-call.ts';
import { changed, deleted, posted } from './events.ts';
import type { ApiFault, EventFault, FaultCall } from './faults.ts';
import { flagArg, textArg, type Args } from './method.ts';
import type { Json } from './json.ts';
import { readContent, type Content } from './read-content.ts';
import { removeMessage } from './remove-message.ts';
import { spoilResponse } from './spoil-response.ts';
import { messageView } from './views.ts';
import type { FakeInstall, World } from './world.ts';

const maxUses = 5;
const validMs = 30 * 60_000;

interface Granted {
  app: string;
  channel: string;
  user: string;
  message?: string;
}

interface Deps {
  world: World;
  url: string;
  announce: Announce;
  ephemerals: Json[];
  takeFault(call: FaultCall): { delayMs: number; fault?: ApiFault | EventFault };
  record(call: { url: string; args: Args }): void;
}

/** Response URLs: five posts within 30 minutes, ephemeral unless `response_type` is `in_channel`. */
export function createResponseUrls(deps: Deps): { router: Router; grant(to: Granted): string } {
  const grants = new Map<string, Granted & { uses: number; expiresAt: number }>();
  const router = Router();
  router.post('/response/:id', async (request: Request, response: Response) => {
    const grant = grants.get(String(request.params['id']));
    const decoded = await decodeCall(request);
    if (decoded === 'invalid_json') return void response.status(400).json({ ok: false, error: 'invalid_payload' });
    deps.record({ url: request.path, args: decoded.args });
    const planned = deps.takeFault({ method: 'response_url', args: decoded.args, app: grant?.app });
    if (await spoilResponse(response, planned)) return;
    if (!grant) return void response.status(404).json({ ok: false, error: 'invalid_url' });
    if (deps.world.now() > grant.expiresAt) return void response.status(404).json({ ok: false, error: 'expired_url' });
    if (++grant.uses > maxUses) return void response.status(404).json({ ok: false, error: 'used_url' });
    const error = respond(decoded.args, grant, deps);
    if (error) return void response.status(400).json({ ok: false, error });
    response.send('ok');
  });
  return {
    router,
    grant(to) {
      const id = deps.world.id('R');
      grants.set(id, { ...to, uses: 0, expiresAt: deps.world.now() + validMs });
      return `${deps.url}/response/${id}`;
    },
  };
}

function respond(args: Args, grant: Granted, deps: Deps): string | undefined {
  const { world, announce, url } = deps;
  const original = grant.message ? world.messages.find(grant.channel, grant.message) : undefined;
  const previous = original && messageView(original, { world, url });
  if (flagArg(args, 'delete_original')) {
    if (!original || !previous) return 'message_not_found';
    removeMessage(original, world);
    announce(deleted(original, previous, { world, url }));
    return undefined;
  }
  const rules = {
    tooManyBlocks: 'invalid_blocks',
    tooLongBlocks: 'msg_too_long',
    badAttachments: 'invalid_attachments',
    metadata: false,
  } as const;
  const read = readContent(args, rules);
  if ('refusal' in read) return String(read.refusal['error']);
  const { truncated: _, ...content } = read.content;
  if (flagArg(args, 'replace_original') && original && previous) {
    Object.assign(original, { blocks: undefined, attachments: undefined }, content);
    announce(changed(original, previous, { world, url }));
    return undefined;
  }
  return post(content, { args, grant, deps });
}

function post(
  content: Omit<Content, 'truncated'>,
  { args, grant, deps }: { args: Args; grant: Granted; deps: Deps },
): undefined {
  const { world, url, announce, ephemerals } = deps;
  const thread_ts = textArg(args, 'thread_ts');
  const place = { channel: grant.channel, ...(thread_ts && { thread_ts }) };
  if (textArg(args, 'response_type') !== 'in_channel') {
    ephemerals.push({ ...place, user: grant.user, ts: world.messages.nextTs(grant.channel), ...content });
    return;
  }
  const install: FakeInstall | undefined = world.apps.get(grant.app)?.installs[0];
  const message = world.messages.add({
    ...place,
    ...content,
    team: install?.team_id ?? '',
    app_id: grant.app,
    subtype: 'bot_message',
    ...(install && { bot_id: install.bot_id }),
  });
  announce(posted(message, { world, url }));
}
