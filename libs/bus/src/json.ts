const decoder = new TextDecoder();

/** One JSON document as bytes. */
export const encodeJson = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The JSON document in these bytes, or `undefined` where they hold none: what others published may be anything. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
