import { secretMask, type Secret } from './secret.ts';

/**
 * Takes the values of secrets out of a text that others wrote, such as a platform's error or a sidecar's log line: as they are, as
 * they stand in a URL, in JSON and in base64. The last line of defence, not the first.
 */
export function redact(text: string, secrets: readonly Secret[]): string {
  return secrets
    .flatMap((secret) => formsOf(secret.expose()))
    .filter((form) => form !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, secretMask), text);
}

function formsOf(value: string): string[] {
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  return [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), base64, base64.replace(/=+$/, '')];
}
