import { createHash } from 'node:crypto';

/** A file that came inside a payload, on its way to the object store. */
export interface InlineAsset {
  assetId: string;
  bytes: Buffer;
  fileName: string;
  mediaType: string;
}

export const maxInlineAssets = 10;
export const maxInlineBytes = 1024 * 1024;

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Decodes one inline asset; `undefined` when it is not base64 or too large. Its id derives from what it is, so that a
 * repeated post says the same and stores nothing new.
 */
export function readInlineAsset(item: {
  file_name: string;
  media_type?: string | undefined;
  content_base64: string;
}): InlineAsset | undefined {
  const { file_name: fileName, media_type: mediaType = 'application/octet-stream', content_base64: text } = item;
  if (text.length % 4 !== 0 || !base64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > maxInlineBytes) return undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify([fileName, mediaType]))
    .update(bytes)
    .digest();
  return { assetId: `ast_${digest.subarray(0, 16).toString('base64url')}`, bytes, fileName, mediaType };
}
