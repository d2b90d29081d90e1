import { ApiError, badRequest } from './api-error.ts';
import type { Args } from './args.ts';
import { fileIds, type StoredFile } from './file-store.ts';
import type { TelegramFile, TelegramMessage } from './message.ts';
import type { MethodCall } from './method-call.ts';
import type { UploadedFile } from './multipart.ts';

export type MediaKind = 'photo' | 'document' | 'audio' | 'video' | 'voice' | 'sticker';

/** Where Telegram keeps each kind, and how it names the files. */
const places: Record<MediaKind, { folder: string; extension: string; type: string }> = {
  photo: { folder: 'photos', extension: 'jpg', type: 'image/jpeg' },
  document: { folder: 'documents', extension: 'bin', type: 'application/octet-stream' },
  audio: { folder: 'music', extension: 'mp3', type: 'audio/mpeg' },
  video: { folder: 'videos', extension: 'mp4', type: 'video/mp4' },
  voice: { folder: 'voice', extension: 'oga', type: 'audio/ogg' },
  sticker: { folder: 'stickers', extension: 'webp', type: 'image/webp' },
};

/** A file that somebody sends, before it is stored. */
export interface MediaContent {
  bytes: Buffer;
  file_name?: string | undefined;
  mime_type?: string | undefined;
}

/** Stores a file and answers the field of a message that holds it. */
export function storeMedia(
  world: MethodCall['world'],
  kind: MediaKind,
  content: MediaContent,
): Pick<TelegramMessage, MediaKind> {
  const place = places[kind];
  const extension = content.file_name?.split('.').slice(1).at(-1) ?? place.extension;
  const kept = world.files.add({ bytes: content.bytes, folder: place.folder, extension });
  return mediaField(kind, kept, content);
}

/** The field for a file that is stored already. */
export function mediaField(
  kind: MediaKind,
  stored: StoredFile,
  about: Pick<MediaContent, 'file_name' | 'mime_type'> = {},
): Pick<TelegramMessage, MediaKind> {
  const ids = fileIds(stored);
  const type = about.mime_type ?? places[kind].type;
  const named = about.file_name === undefined ? {} : { file_name: about.file_name };
  switch (kind) {
    case 'photo':
      return {
        photo: [
          { ...ids, width: 90, height: 90 },
          { ...ids, width: 800, height: 800 },
        ],
      };
    case 'document':
      return { document: { ...ids, ...named, mime_type: type } };
    case 'audio':
      return { audio: { ...ids, ...named, mime_type: type, duration: 1 } };
    case 'video':
      return { video: { ...ids, ...named, mime_type: type, width: 320, height: 240, duration: 1 } };
    case 'voice':
      return { voice: { ...ids, mime_type: type, duration: 1 } };
    case 'sticker':
      return { sticker: sticker(ids) };
  }
}

function sticker(ids: Pick<TelegramFile, 'file_id' | 'file_unique_id' | 'file_size'>): TelegramFile {
  return { ...ids, width: 512, height: 512, emoji: '👍', type: 'regular', is_animated: false, is_video: false };
}

/** The file that an argument means: an upload, `attach://name`, a URL that Telegram fetches, or a `file_id`. */
export async function incomingMedia(
  call: MethodCall,
  at: { kind: MediaKind; value: string; upload: UploadedFile | undefined },
): Promise<Pick<TelegramMessage, MediaKind>> {
  const { kind, value, upload } = at;
  if (upload) {
    checkSize(call, kind, upload.bytes.length);
    const { bytes, name, type } = upload;
    return storeMedia(call.world, kind, { bytes, file_name: name, mime_type: kind === 'document' ? type : undefined });
  }
  if (value === '') throw badRequest(`there is no ${kind} in the request`);
  if (!/^https?:\/\//i.test(value)) return mediaField(kind, call.world.files.find(value, call.bot.profile.id));
  const fetched = await fetchUrl(value);
  if (fetched.bytes.length > (kind === 'photo' ? 5 : 20) * 1024 * 1024) {
    throw badRequest('wrong remote file identifier specified: file is too big');
  }
  return storeMedia(call.world, kind, fetched);
}

/** The upload that an argument refers to, by its own name or by `attach://`. */
export function uploadOf(args: Args, field: string, value: string): UploadedFile | undefined {
  const attached = /^attach:\/\/(.+)$/.exec(value)?.[1];
  if (attached === undefined) return args.files[field];
  const upload = args.files[attached];
  if (!upload) throw badRequest(`can't parse ${field}: file "${attached}" is not attached`);
  return upload;
}

function checkSize({ world }: MethodCall, kind: MediaKind, size: number): void {
  const { uploadBytes, photoBytes } = world.limits;
  if (size === 0) throw badRequest('file must be non-empty');
  if (kind === 'photo' && size > photoBytes) {
    throw badRequest(`file of size ${size} bytes is too big for a photo; the maximum size is ${photoBytes} bytes`);
  }
  if (size > uploadBytes) throw new ApiError(413, 'Request Entity Too Large');
}

async function fetchUrl(url: string): Promise<MediaContent> {
  const response = await fetch(url, { headers: { connection: 'close' } }).catch(() => undefined);
  if (!response?.ok) throw badRequest('failed to get HTTP URL content');
  const type = response.headers.get('content-type')?.split(';')[0];
  if (type === 'text/html') throw badRequest('wrong type of the web page content');
  const name = new URL(url).pathname.split('/').at(-1);
  return { bytes: Buffer.from(await response.arrayBuffer()), file_name: name || undefined, mime_type: type };
}
