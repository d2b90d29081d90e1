import { BusUnavailableError, type Bus } from '@trunkline/bus';
import type { StepOutcome } from '@trunkline/deliveries';
import { networkPolicy, type FetchOutcome, type GuardedFetch } from '@trunkline/gateway-kit';
import type { AttachmentPart } from './render-step.ts';

/** The largest file that is fetched for an upload (spec 2.8). */
const maxFileBytes = 50 * 1024 * 1024;
const fetchTimeoutMs = 60_000;

export interface FileDeps {
  bus: Pick<Bus, 'objects'>;
  fetch: GuardedFetch;
}

export type FileRead = { ok: true; bytes: Uint8Array; name?: string | undefined } | { ok: false; outcome: StepOutcome };

/** The bytes of an attachment: from the output itself, the object store, or a public URL. Nothing is kept. */
export async function readFile(file: AttachmentPart, { bus, fetch }: FileDeps, signal: AbortSignal): Promise<FileRead> {
  if (file.content_base64 !== undefined) return whole(Buffer.from(file.content_base64, 'base64'));
  if (file.asset_id !== undefined) return stored(file.asset_id, bus);
  const url = file.url ?? '';
  const policy = networkPolicy();
  const options = { method: 'GET', timeoutMs: fetchTimeoutMs, maxResponseBytes: maxFileBytes, signal } as const;
  return fetched(await fetch({ url, policy, ...options }));
}

async function stored(assetId: string, bus: FileDeps['bus']): Promise<FileRead> {
  try {
    const object = await bus.objects('assets').get(assetId);
    return object
      ? whole(object.bytes, object.fileName)
      : refused('asset_not_found', 'There is no file of this asset_id.');
  } catch (error) {
    if (!(error instanceof BusUnavailableError)) throw error;
    return later('bus_unavailable', 'The object store does not answer.');
  }
}

function fetched(answer: FetchOutcome): FileRead {
  switch (answer.kind) {
    case 'refused':
      return refused(`file_${answer.reason}`, 'The URL of the file is not public or not valid.');
    case 'network_error':
    case 'timeout':
      return later('file_unreachable', 'The file could not be fetched.');
    case 'response': {
      const { status, body, truncated } = answer;
      if (status === 408 || status === 429 || status >= 500)
        return later(`file_http_${status}`, `The file's host answered ${status}.`);
      if (status !== 200) return refused(`file_http_${status}`, `The file's host answered ${status}.`);
      return truncated ? refused('file_too_large', 'The file is larger than 50 MiB.') : whole(body);
    }
  }
}

const whole = (bytes: Uint8Array, name?: string): FileRead =>
  bytes.length === 0 ? refused('file_empty', 'Slack takes no empty file.') : { ok: true, bytes, name };
const refused = (code: string, reason: string): FileRead => ({
  ok: false,
  outcome: { outcome: 'refused', code, reason },
});
const later = (code: string, reason: string): FileRead => ({ ok: false, outcome: { outcome: 'retry', code, reason } });
