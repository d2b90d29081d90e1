import type { Bus } from '@trunkline/bus';
import type { StepOutcome } from '@trunkline/deliveries';
import {
  networkPolicy,
  type AssetPlace,
  type FetchedAsset,
  type FetchOutcome,
  type GuardedFetch,
} from '@trunkline/gateway-kit';
import type { FileSource } from './render-step.ts';

const mebibyte = 1024 * 1024;

/** What bots can upload (spec 5.4): a photo over 10 MB is a document. */
const maxFileBytes = 50 * mebibyte;
const maxPhotoBytes = 10 * mebibyte;
const fetchTimeoutMs = 60_000;
const mostRedirects = 3;

/** A file as it can be sent. */
export interface LoadedFile {
  bytes: Uint8Array;
  fileName: string;
  mediaType: string;
}

/** The forms in which Telegram shows a file. */
export type FileForm = 'photo' | 'animation' | 'video' | 'audio' | 'voice' | 'document';

const formOf: Readonly<Record<string, FileForm>> = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'image/webp': 'photo',
  'image/gif': 'animation',
  'video/mp4': 'video',
  'audio/mpeg': 'audio',
  'audio/mp3': 'audio',
  'audio/mp4': 'audio',
  'audio/x-m4a': 'audio',
  'audio/aac': 'audio',
  'audio/ogg': 'voice',
  'audio/opus': 'voice',
};

const typeByExtension: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
};

/** How Telegram shows a file best; what it has no form for is a document. */
export function fileFormOf({ mediaType, bytes }: Pick<LoadedFile, 'mediaType' | 'bytes'>): FileForm {
  const form = formOf[mediaType] ?? 'document';
  return form === 'photo' && bytes.length > maxPhotoBytes ? 'document' : form;
}

/** The outcome is the step's: a file that cannot be had now is tried again ten times. */
export type FileLoad = { ok: true; file: LoadedFile } | { ok: false; outcome: StepOutcome };

/** Gets the bytes of an output's file: kept by us or still with Telegram, from a public URL, or in the output itself. */
export interface FileLoader {
  (source: FileSource, of: { connector: string; signal: AbortSignal }): Promise<FileLoad>;
}

/** `fetchAsset` gets a file that came with an event and that nobody has asked for yet. */
export interface FileLoaderDeps {
  bus: Pick<Bus, 'objects'>;
  fetch: GuardedFetch;
  fetchAsset(place: AssetPlace): Promise<FetchedAsset>;
}

/** Loads files of at most 50 MB, from public addresses only. */
export function createFileLoader(deps: FileLoaderDeps): FileLoader {
  return async (source, { connector, signal }) => {
    const { content_base64: inline, url, asset_id: assetId = '' } = source;
    if (inline !== undefined) return checked(source, { bytes: Buffer.from(inline, 'base64') });
    if (url !== undefined) return fromUrl(source, url, { fetch: deps.fetch, signal });
    return fromStore(source, { connector, assetId }, deps);
  };
}

async function fromStore(source: FileSource, place: AssetPlace, deps: FileLoaderDeps): Promise<FileLoad> {
  const kept = await deps.bus.objects('assets').get(place.assetId);
  if (kept) return checked(source, kept);
  const fetched = await deps.fetchAsset(place);
  if (fetched.found === 'yes') return checked(source, fetched.object);
  if (fetched.found === 'no') return refused('asset_not_found', 'There is no file of this asset_id.');
  const facts = { code: 'asset_unavailable', reason: 'Telegram does not give the file at the moment.' };
  return { ok: false, outcome: { outcome: 'blamed', ...facts } };
}

interface Found {
  bytes: Uint8Array;
  mediaType?: string | undefined;
  fileName?: string | undefined;
}

function checked(source: FileSource, found: Found): FileLoad {
  const { bytes } = found;
  if (bytes.length === 0) return refused('file_empty', 'The file is empty.');
  if (bytes.length > maxFileBytes) return tooLarge;
  const name = source.file_name ?? found.fileName;
  const extension = name?.split('.').slice(1).at(-1)?.toLowerCase() ?? '';
  const told = (source.media_type ?? found.mediaType)?.split(';')[0]?.trim().toLowerCase();
  const isVague = told === undefined || told === '' || told === 'application/octet-stream';
  const mediaType = isVague ? (typeByExtension[extension] ?? 'application/octet-stream') : told;
  return { ok: true, file: { bytes, mediaType, fileName: name ?? `file.${mediaType.split('/')[1] ?? 'bin'}` } };
}

async function fromUrl(
  source: FileSource,
  first: string,
  { fetch, signal }: { fetch: GuardedFetch; signal: AbortSignal },
): Promise<FileLoad> {
  let url = first;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const policy = networkPolicy();
    const limits = { timeoutMs: fetchTimeoutMs, maxResponseBytes: maxFileBytes };
    const result = await fetch({ url, policy, method: 'GET', signal, ...limits });
    if (result.kind !== 'response') return unreached(result);
    const { location } = result.headers;
    if (result.status >= 300 && result.status < 400 && location !== undefined && URL.canParse(location, url)) {
      url = new URL(location, url).href;
      continue;
    }
    if (result.status !== 200) return unavailable(result.status);
    if (result.truncated) return tooLarge;
    const fileName = new URL(url).pathname.split('/').at(-1) || undefined;
    return checked(source, { bytes: result.body, mediaType: result.headers['content-type'], fileName });
  }
  return refused('file_redirects', 'The URL of the file redirects too often.');
}

/** Whoever has the file may be slow to come back: tried ten times, so that a dead host does not hold up the chat for a day. */
function unavailable(status: number): FileLoad {
  const facts = { code: `file_http_${status}`, reason: `The URL of the file answered ${status}.` };
  const isTransient = status >= 500 || status === 408 || status === 429;
  return { ok: false, outcome: { outcome: isTransient ? 'blamed' : 'refused', ...facts } };
}

function unreached(result: Exclude<FetchOutcome, { kind: 'response' }>): FileLoad {
  if (result.kind === 'refused') return refused(`file_${result.reason}`, 'The URL of the file may not be called.');
  const outcome = {
    outcome: 'blamed',
    code: 'file_unreachable',
    reason: 'The URL of the file does not answer.',
  } as const;
  return { ok: false, outcome };
}

const refused = (code: string, reason: string): FileLoad => ({
  ok: false,
  outcome: { outcome: 'refused', code, reason },
});
const tooLarge = refused('file_too_large', 'The file is larger than the 50 MB that bots can send.');
