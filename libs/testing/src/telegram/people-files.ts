import { storeMedia, type MediaKind } from './media-files.ts';
import type { TelegramMessage } from './message.ts';
import { post, type Doing } from './people.ts';
import type { UpdateOf } from './update.ts';
import type { World } from './world.ts';

/** A file that somebody sends; a few bytes and a usual type, unless said. */
export interface SentFile extends Doing {
  bytes?: Uint8Array;
  file_name?: string;
  mime_type?: string;
  caption?: string;
}

/** The files and things that people send; each call queues the update and answers it. */
export interface PeopleFiles {
  photo(file?: SentFile): UpdateOf<'message'>;
  document(file?: SentFile): UpdateOf<'message'>;
  audio(file?: SentFile): UpdateOf<'message'>;
  video(file?: SentFile): UpdateOf<'message'>;
  voice(file?: SentFile): UpdateOf<'message'>;
  sticker(file?: SentFile): UpdateOf<'message'>;
  /** One update per file, all with one `media_group_id`, and no sign of the end. */
  album(
    album: Doing & { kind?: 'photo' | 'video' | 'document'; files: Omit<SentFile, keyof Doing>[] },
  ): UpdateOf<'message'>[];
  location(place: Doing & { latitude: number; longitude: number }): UpdateOf<'message'>;
  contact(contact: Doing & { phone_number: string; first_name: string; user_id?: number }): UpdateOf<'message'>;
}

export function createPeopleFiles(world: World): PeopleFiles {
  const send =
    (kind: MediaKind) =>
    (file: SentFile = {}, more: Partial<TelegramMessage> = {}): UpdateOf<'message'> => {
      const { bytes = Buffer.from(`the bytes of a ${kind}`), file_name, mime_type, caption, ...doing } = file;
      const media = storeMedia(world, kind, { bytes: Buffer.from(bytes), file_name, mime_type });
      return post(world, doing, { ...media, ...(caption !== undefined && { caption }), ...more });
    };
  const one = (kind: MediaKind) => (file?: SentFile) => send(kind)(file);
  return {
    photo: one('photo'),
    document: one('document'),
    audio: one('audio'),
    video: one('video'),
    voice: one('voice'),
    sticker: one('sticker'),
    album: ({ kind = 'photo', files, ...doing }) => {
      const media_group_id = String(13_000_000_000 + world.nextNumber());
      return files.map((file) => send(kind)({ ...doing, ...file }, { media_group_id }));
    },
    location: ({ latitude, longitude, ...doing }) => post(world, doing, { location: { latitude, longitude } }),
    contact: ({ phone_number, first_name, user_id, ...doing }) =>
      post(world, doing, { contact: { phone_number, first_name, ...(user_id !== undefined && { user_id }) } }),
  };
}
