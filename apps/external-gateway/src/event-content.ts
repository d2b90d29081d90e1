import { sha256Hex, type Attachment } from '@trunkline/events';
import { readInlineAsset, type InlineAsset } from '@trunkline/gateway-kit';
import type { EventPayload, SentFile } from './event-payload.ts';

/** What an event says, and the files that came inside it. */
export interface EventContent {
  text: string;
  attachments: Attachment[];
  assets: InlineAsset[];
}

/** Puts content, input items and attachments together, in this order. `undefined` when a file is not base64 of at most 1 MiB. */
export function contentOf({ content, input_items, attachments }: EventPayload): EventContent | undefined {
  const all: EventContent = { text: '', attachments: [], assets: [] };
  const texts = content === undefined ? [] : [content];
  for (const item of input_items) {
    if (item.type === 'text') texts.push(item.text);
    else if (!addFile(item, all)) return undefined;
  }
  for (const file of attachments) if (!addFile(file, all)) return undefined;
  return { ...all, text: texts.join('\n') };
}

function addFile(file: Partial<SentFile>, { attachments, assets }: EventContent): boolean {
  const { asset_id, url, content_base64, file_name, media_type, byte_length } = file;
  if (content_base64 === undefined) {
    // A file that lies elsewhere is known by its URL.
    const id = asset_id ?? `ext_${sha256Hex(url ?? '').slice(0, 32)}`;
    attachments.push({
      asset_id: id,
      ...(url !== undefined && { url }),
      ...known({ file_name, media_type, byte_length }),
    });
    return true;
  }
  const asset = readInlineAsset({ file_name: file_name ?? 'file', media_type, content_base64 });
  if (asset === undefined) return false;
  assets.push(asset);
  const { assetId, fileName, mediaType, bytes } = asset;
  attachments.push({ asset_id: assetId, file_name: fileName, media_type: mediaType, byte_length: bytes.length });
  return true;
}

type Facts = Pick<SentFile, 'file_name' | 'media_type' | 'byte_length'>;

const known = ({ file_name, media_type, byte_length }: Partial<Facts>) => ({
  ...(file_name !== undefined && { file_name }),
  ...(media_type !== undefined && { media_type }),
  ...(byte_length !== undefined && { byte_length }),
});
