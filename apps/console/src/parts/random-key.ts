/** An idempotency key; `crypto.randomUUID` is missing where the page came over plain HTTP. */
export function randomKey(): string {
  return crypto
    .getRandomValues(new Uint8Array(16))
    .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '');
}
