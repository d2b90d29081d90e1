import type { Attachment } from '@trunkline/events';
import type { Message, TelegramFile } from './message-payload.ts';

/** What asset ids of Telegram's files begin with; the file id follows. */
const prefix = 'tg_';

/** Longest asset id. Telegram's file ids have about 80 characters. */
const maxAssetId = 200;

/** The file that an asset id stands for; undefined for ids of other origin. */
export function fileIdOf(assetId: string): string | undefined {
  return assetId.startsWith(prefix) && assetId.length > prefix.length ? assetId.slice(prefix.length) : undefined;
}

/** The files of a message, as they can be asked for later; of a photo the largest size. */
export function filesOf(message: Message): Attachment[] {
  return candidates(message).flatMap(({ file, mediaType, fileName }) => {
    const assetId = prefix + (file?.file_id ?? '');
    if (file === undefined || assetId.length > maxAssetId || !/^[\w-]+$/.test(assetId)) return [];
    const type = file.mime_type ?? mediaType;
    const name = file.file_name ?? fileName;
    return [
      {
        asset_id: assetId,
        ...(name !== undefined && { file_name: name }),
        ...(type !== undefined && { media_type: type }),
        ...(file.file_size !== undefined && { byte_length: file.file_size }),
      },
    ];
  });
}

interface Candidate {
  file: TelegramFile | undefined;
  mediaType?: string;
  fileName?: string;
}

function candidates(message: Message): Candidate[] {
  const { animation, document, audio, voice, video, video_note: round } = message;
  return [
    { file: largest(message.photo), mediaType: 'image/jpeg', fileName: 'photo.jpg' },
    { file: animation, mediaType: 'video/mp4' },
    // An animation stands there as a document too, for programs that do not know animations.
    { file: animation ? undefined : document },
    { file: video, mediaType: 'video/mp4' },
    { file: round, mediaType: 'video/mp4', fileName: 'video-note.mp4' },
    { file: audio, mediaType: 'audio/mpeg' },
    { file: voice, mediaType: 'audio/ogg', fileName: 'voice.ogg' },
    stickerFile(message.sticker),
  ];
}

function largest(sizes: Message['photo'] = []): TelegramFile | undefined {
  const area = ({ width = 0, height = 0 }: { width?: number | undefined; height?: number | undefined }) =>
    width * height;
  return sizes.reduce<(typeof sizes)[number] | undefined>(
    (best, size) => (best === undefined || area(size) >= area(best) ? size : best),
    undefined,
  );
}

function stickerFile(sticker: Message['sticker']): Candidate {
  if (sticker?.is_animated) return { file: sticker, mediaType: 'application/x-tgsticker', fileName: 'sticker.tgs' };
  if (sticker?.is_video) return { file: sticker, mediaType: 'video/webm', fileName: 'sticker.webm' };
  return { file: sticker, mediaType: 'image/webp', fileName: 'sticker.webp' };
}
