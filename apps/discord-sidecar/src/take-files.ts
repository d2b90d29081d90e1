import { setTimeout as sleep } from 'node:timers/promises';
import { limits, SidecarError, type NewEvent, type Sidecar } from '@trunkline/sidecar-sdk';
import type { SentFile } from './normalize.ts';

type Attachment = Extract<NonNullable<NewEvent['attachments']>[number], { type: string }>;

const downloadMs = 60_000;
const attempts = 3;

/** The files of an event, and the names of those that could not be had. */
export interface TakenFiles {
  attachments: Attachment[];
  missing: string[];
}

/** Fetches files from Discord: small ones go with the event, up to 1 MiB in all; others are uploaded. */
export async function takeFiles(files: SentFile[], sidecar: Pick<Sidecar, 'uploadAsset' | 'log'>): Promise<TakenFiles> {
  const attachments: Attachment[] = [];
  const missing: string[] = [];
  let room = limits.inlineAssetBytes;
  for (const file of files.slice(0, limits.attachments)) {
    const bytes = file.size <= limits.assetBytes ? await download(file, sidecar) : undefined;
    const taken = bytes && (await take(file, { bytes, room }, sidecar));
    if (!taken) missing.push(file.name);
    else attachments.push(taken);
    if (taken?.type === 'inline_asset') room -= bytes?.length ?? 0;
  }
  return { attachments, missing };
}

async function take(
  { name, mediaType }: SentFile,
  { bytes, room }: { bytes: Uint8Array; room: number },
  sidecar: Pick<Sidecar, 'uploadAsset' | 'log'>,
): Promise<Attachment | undefined> {
  if (bytes.length <= room) {
    const content_base64 = Buffer.from(bytes).toString('base64');
    return { type: 'inline_asset', file_name: name, media_type: mediaType, content_base64 };
  }
  const options = { fileName: name, ...(mediaType !== undefined && { mediaType }) };
  for (;;) {
    try {
      const { asset_id } = await sidecar.uploadAsset(bytes, options);
      return { type: 'asset_reference', asset_id };
    } catch (error) {
      sidecar.log.warn('file not uploaded', { error });
      // The event waits for the gateway as well, however long it is away.
      if (!(error instanceof SidecarError) || error.code !== 'ASSET_UNAVAILABLE') return undefined;
    }
  }
}

async function download({ url }: SentFile, { log }: Pick<Sidecar, 'log'>): Promise<Uint8Array | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await sleep(attempt * 500);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await response.body?.cancel();
      if (response.status < 500 && response.status !== 429) return undefined;
    } catch (error) {
      log.warn('file not fetched', { attempt, error });
    }
  }
  return undefined;
}
