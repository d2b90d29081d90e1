import { posted } from '../events.ts';
import { postable } from '../find-channel.ts';
import type { Json } from '../json.ts';
import { badArgument, refuse, textArg, type Answer, type Args, type BotMethod, type MethodContext } from '../method.ts';
import { readList } from '../read-content.ts';
import { shareFiles } from '../share-files.ts';
import { fileView } from '../views.ts';
import { sees, type FakeChannel, type FakeFile } from '../world.ts';
import { author, threadOf } from './chat.ts';

const getUploadUrlExternal: BotMethod = {
  token: 'bot',
  scopes: ['files:write'],
  errors: [],
  handle(args, { world, install, url }) {
    const name = textArg(args, 'filename');
    const size = Number(textArg(args, 'length'));
    if (!name) return badArgument('missing required field: filename');
    if (!Number.isInteger(size) || size < 1) return badArgument('must be an integer of at least 1: length');
    const id = world.id('F');
    world.files.set(id, {
      id,
      name,
      title: name,
      mimetype: 'application/octet-stream',
      size,
      user: install.bot_user_id,
      team_id: install.team_id,
      created: Math.floor(world.now() / 1000),
      complete: false,
      shared_in: [],
    });
    return { ok: true, upload_url: `${url}/upload/v1/${id}`, file_id: id };
  },
};

const completeUploadExternal: BotMethod = {
  token: 'bot',
  scopes: ['files:write'],
  errors: ['channel_not_found', 'file_not_found', 'invalid_channel', 'not_in_channel'],
  handle(args, context) {
    const { world, url, announce } = context;
    const listed = readFiles(args, context);
    if ('refusal' in listed) return listed.refusal;
    const target = readTarget(args, context);
    if ('refusal' in target) return target.refusal;
    for (const { file, title } of listed.files) Object.assign(file, { complete: true, ...(title && { title }) });
    const files = listed.files.map(({ file }) => file);
    if (target.channel) {
      const message = shareFiles(
        { ...author(context), channel: target.channel.id, text: textArg(args, 'initial_comment'), ...target.place },
        files,
        world,
      );
      announce(posted(message, { world, url }));
    }
    return { ok: true, files: files.map((file) => fileView(file, { world, url })) };
  },
};

const info: BotMethod = {
  token: 'bot',
  scopes: ['files:read'],
  errors: ['file_not_found'],
  handle(args, { world, install, url }) {
    const file = world.files.get(textArg(args, 'file'));
    if (!file?.complete) return refuse('file_not_found');
    const visible = file.shared_in.some(({ channel }) => {
      const place = world.channels.get(channel);
      return place !== undefined && sees(world, install, place);
    });
    if (!visible && file.user !== install.bot_user_id) return refuse('file_not_found');
    return {
      ok: true,
      file: fileView(file, { world, url }),
      comments: [],
      paging: { count: 0, total: 0, page: 1, pages: 0 },
    };
  },
};

function readFiles(
  args: Args,
  { world, install }: MethodContext,
): { files: { file: FakeFile; title: string }[] } | { refusal: Answer } {
  const listed = readList(args['files'], 'invalid_arguments');
  if ('refusal' in listed) return listed;
  if (!listed.list?.length) return { refusal: badArgument('missing required field: files') };
  const files = listed.list.map((entry: Json) => ({
    file: world.files.get(textArg(entry, 'id')),
    title: textArg(entry, 'title'),
  }));
  const ready = files.flatMap(({ file, title }) =>
    file?.bytes && !file.complete && file.user === install.bot_user_id ? [{ file, title }] : [],
  );
  return ready.length < files.length ? { refusal: refuse('file_not_found') } : { files: ready };
}

type Target = { channel?: FakeChannel; place?: { thread_ts?: string } } | { refusal: Answer };

function readTarget(args: Args, context: MethodContext): Target {
  const given = textArg(args, 'channel_id') || (textArg(args, 'channels').split(',')[0] ?? '');
  if (!given) return {};
  const found = postable(given, context);
  // An archived channel has no error of its own here.
  if ('error' in found) return { refusal: refuse(found.error === 'is_archived' ? 'invalid_channel' : found.error) };
  const place = threadOf(args, found.channel.id, context);
  if ('refusal' in place) return { refusal: badArgument('invalid thread_ts') };
  return { channel: found.channel, place };
}

/** The methods of `files.*`; the upload itself is a route. */
export const fileMethods = {
  'files.getUploadURLExternal': getUploadUrlExternal,
  'files.completeUploadExternal': completeUploadExternal,
  'files.info': info,
};
