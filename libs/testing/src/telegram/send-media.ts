import { badRequest } from './api-error.ts';
import { albumSchema, Args } from './args.ts';
import { seenBy } from './file-store.ts';
import { captionFields, captionText } from './formatted-text.ts';
import { incomingMedia, uploadOf, type MediaKind } from './media-files.ts';
import type { MethodCall } from './method-call.ts';
import type { TelegramMessage } from './message.ts';
import { openSend } from './send-message.ts';

/** sendPhoto, sendDocument and the others of one file. */
export function sendMedia(kind: MediaKind): (call: MethodCall) => Promise<TelegramMessage> {
  return async (call) => {
    const { bot, args, flood } = call;
    const { chat, post } = openSend(call);
    const caption = captionFields(captionText(args));
    const value = args.text(kind);
    const media = await incomingMedia(call, { kind, value, upload: uploadOf(args, kind, value) });
    flood.admit(bot, chat);
    return seenBy(post({ ...media, ...caption }), bot.profile.id);
  };
}

/** An album: as many messages as it has files, all or none of them. */
export async function sendMediaGroup(call: MethodCall): Promise<TelegramMessage[]> {
  const { world, bot, args, flood } = call;
  const { chat, post } = openSend(call);
  const items = args.json('media', albumSchema, "can't parse media JSON object") ?? [];
  if (items.length === 0) throw badRequest('there are no messages to send');
  if (items.length > 10) throw badRequest('too many messages to send as an album');
  const kinds = items.map((item) => albumKind(item.type));
  checkMixture(kinds);
  const contents: Partial<TelegramMessage>[] = [];
  for (const [index, item] of items.entries()) {
    const caption = captionFields(captionText(new Args(item)));
    const kind = kinds[index] ?? 'document';
    const media = await incomingMedia(call, { kind, value: item.media, upload: uploadOf(args, 'media', item.media) });
    contents.push({ ...media, ...caption });
  }
  flood.admit(bot, chat, contents.length);
  const album = items.length > 1 ? { media_group_id: String(13_000_000_000 + world.nextNumber()) } : {};
  return contents.map((content) => seenBy(post({ ...content, ...album }), bot.profile.id));
}

function albumKind(type: string): MediaKind {
  if (type === 'photo' || type === 'video' || type === 'document' || type === 'audio') return type;
  throw badRequest('type of the media must be one of "photo", "video", "document" or "audio"');
}

function checkMixture(kinds: MediaKind[]): void {
  for (const alone of ['document', 'audio'] as const) {
    if (kinds.includes(alone) && kinds.some((kind) => kind !== alone)) {
      throw badRequest(`${alone}s can't be mixed with other media types`);
    }
  }
}
