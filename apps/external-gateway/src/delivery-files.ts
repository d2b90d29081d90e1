import { createHash } from 'node:crypto';
import type { Bus, StoredObject } from '@trunkline/bus';
import { sha256Hex, type Delivery, type OutputPart } from '@trunkline/events';
import { networkPolicy, type GuardedFetch } from '@trunkline/gateway-kit';
import type { RenderedFile } from './render.ts';

const maxBytes = 50 * 1024 * 1024;
const downloadMs = 30_000;
const publicOnly = networkPolicy();

type AttachmentPart = Extract<OutputPart, { type: 'attachment' }>;

export interface FileDeps {
  bus: Pick<Bus, 'objects'>;
  /** Gets files that an output names by URL; public addresses only. */
  fetch: GuardedFetch;
}

/** The files of an output, or that one of them cannot be had now. */
export type FilesRead = { ok: true; files: RenderedFile[] } | { ok: false; reason: string };

/** The attachment parts of an output, in order. */
export const attachmentsOf = ({ output }: Pick<Delivery, 'output'>): AttachmentPart[] =>
  (output.parts ?? []).filter((part) => part.type === 'attachment');

/** The id under which a file of an output is kept and served; derived, so that every attempt names the same. */
export function assetIdOf(part: AttachmentPart): string {
  if (part.asset_id !== undefined) return part.asset_id;
  const digest = sha256Hex(JSON.stringify([part.url, part.content_base64, part.file_name, part.media_type]));
  return `out_${digest.slice(0, 32)}`;
}

/** Where a sidecar gets a file of a delivery, for as long as the delivery is pending. */
const downloadPath = (connector: string, deliveryId: string, assetId: string) =>
  `/v1/connectors/external/${encodeURIComponent(connector)}/deliveries/${encodeURIComponent(deliveryId)}/assets/${encodeURIComponent(assetId)}/raw`;

/** Makes the files of a delivery ready to be fetched: what stands in the output or elsewhere is kept in the object store first. */
export async function readFiles(delivery: Delivery, deps: FileDeps): Promise<FilesRead> {
  const files: RenderedFile[] = [];
  for (const part of attachmentsOf(delivery)) {
    const object = await objectOf(part, deps);
    if (object === 'later') return { ok: false, reason: 'A file of the output cannot be fetched now.' };
    files.push(object === undefined ? { text: inWords(part) } : { asset: describe(part, object, delivery) });
  }
  return { ok: true, files };
}

/** Files in words, for a sidecar that takes none. */
export const filesInWords = (delivery: Delivery): RenderedFile[] =>
  attachmentsOf(delivery).map((part) => ({ text: inWords(part) }));

const inWords = ({ file_name, url }: AttachmentPart) =>
  `[file${file_name === undefined ? '' : ` ${file_name}`}${url === undefined ? '' : `: ${url}`}]`;

function describe(part: AttachmentPart, { bytes, mediaType, fileName }: StoredObject, delivery: Delivery) {
  const id = assetIdOf(part);
  const connector = delivery.target.type === 'external' ? delivery.target.connector : '';
  const name = part.file_name ?? fileName;
  return {
    id,
    media_type: part.media_type ?? mediaType ?? 'application/octet-stream',
    ...(name !== undefined && { file_name: name }),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    byte_length: bytes.length,
    download_path: downloadPath(connector, delivery.delivery_id, id),
  };
}

/** `undefined`: there is no such file, and there will be none. */
async function objectOf(part: AttachmentPart, { bus, fetch }: FileDeps): Promise<StoredObject | 'later' | undefined> {
  const assets = bus.objects('assets');
  const id = assetIdOf(part);
  const kept = await assets.get(id);
  if (kept !== undefined || part.asset_id !== undefined) return kept;
  const bytes =
    part.content_base64 === undefined ? await download(part.url ?? '', fetch) : decoded(part.content_base64);
  if (bytes === undefined || bytes === 'later') return bytes;
  const object = { bytes, mediaType: part.media_type, fileName: part.file_name };
  await assets.put(id, object);
  return object;
}

const decoded = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

async function download(url: string, fetch: GuardedFetch): Promise<Uint8Array | 'later' | undefined> {
  const result = await fetch({
    ...{ url, policy: publicOnly, method: 'GET' },
    timeoutMs: downloadMs,
    maxResponseBytes: maxBytes,
  });
  if (result.kind === 'refused') return undefined;
  if (result.kind !== 'response') return 'later';
  if (result.status === 429 || result.status >= 500) return 'later';
  return result.status === 200 && !result.truncated ? result.body : undefined;
}
