import type { Output } from '@trunkline/events';

/** The reply handle is a key to the conversation, and files are too large for a list. */
export function withoutBytes(output: Output): Record<string, unknown> {
  const { reply_handle: _, parts, ...rest } = output;
  const lean = parts?.map((part) => {
    if (part.type !== 'attachment' || part.content_base64 === undefined) return part;
    const { content_base64, ...facts } = part;
    return { ...facts, byte_length: Buffer.byteLength(content_base64, 'base64') };
  });
  return { ...rest, ...(lean && { parts: lean }) };
}
