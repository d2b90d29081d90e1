import type { SlackConnector } from '@trunkline/config';
import type { AssetPlace, FetchedAsset, GuardedFetch } from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import type { Secret } from '@trunkline/secrets';
import { z } from 'zod';
import { botToken } from './bot-token.ts';
import { callSlack, policyFor } from './slack-api.ts';
import { fileOfAsset } from './slack-files.ts';
import { maybe, shortText } from './slack-payload.ts';

export interface FetchAssetDeps {
  connectors: { get(name: string): InventoryEntry<SlackConnector> | undefined };
  fetch: GuardedFetch;
  now: () => number;
  log: { warn(fields: object, message: string): void };
}

/** The largest file that is fetched. */
const largestFile = 50 * 1024 * 1024;

const info = z.object({
  file: z.object({
    url_private_download: z.string().max(4_000),
    name: maybe(shortText),
    mimetype: maybe(shortText),
    size: maybe(z.number()),
  }),
});
type FileInfo = z.output<typeof info>['file'];

/** Gets a file from Slack, with the token of the workspace that it came from. The URL of a file never leaves this module. */
export function createFetchAsset(deps: FetchAssetDeps): (place: AssetPlace) => Promise<FetchedAsset> {
  return async ({ connector: name, assetId }) => {
    const place = fileOfAsset(assetId);
    const entry = deps.connectors.get(name);
    if (place === undefined || entry?.state !== 'ready') return { found: 'no' };
    const token = botToken(entry, place, deps.now());
    if (!token) return { found: 'no' };
    const baseUrl = entry.config.api_base_url;
    const said = await callSlack({ baseUrl, method: 'files.info', token, form: { file: place.fileId } }, deps.fetch);
    if (!said.ok) return unavailable({ error: said.error, retryAfterMs: said.retryAfterMs, connector: name }, deps);
    const read = info.safeParse(said.body);
    if (!read.success) return no({ connector: name, why: 'file_without_content' }, deps);
    return download(read.data.file, { connector: name, baseUrl, token }, deps);
  };
}

interface Source {
  connector: string;
  baseUrl: string;
  token: Secret;
}

async function download(file: FileInfo, source: Source, deps: FetchAssetDeps): Promise<FetchedAsset> {
  const { connector, baseUrl, token } = source;
  // The token goes along, so the place must be Slack's own.
  if (!isOfApi(file.url_private_download, baseUrl)) return no({ connector, why: 'foreign_host' }, deps);
  if ((file.size ?? 0) > largestFile) return no({ connector, why: 'file_too_large' }, deps);
  const outcome = await deps.fetch({
    url: file.url_private_download,
    policy: policyFor(baseUrl),
    method: 'GET',
    headers: { authorization: `Bearer ${token.expose()}` },
    timeoutMs: 60_000,
    maxResponseBytes: largestFile,
  });
  if (outcome.kind !== 'response' || outcome.status >= 500 || outcome.status === 429)
    return { found: 'later', retryAfterMs: 5_000 };
  if (outcome.status !== 200) return no({ connector, why: `status_${outcome.status}` }, deps);
  if (outcome.truncated) return no({ connector, why: 'file_too_large' }, deps);
  if (isLoginPage(outcome.headers, file)) return no({ connector, why: 'missing_scope' }, deps);
  token.markUsed();
  const { name: fileName, mimetype: mediaType } = file;
  const object = {
    bytes: outcome.body,
    ...(fileName !== undefined && { fileName }),
    ...(mediaType !== undefined && { mediaType }),
  };
  return { found: 'yes', object };
}

/** The API's own host, or for Slack a host of its domain (files.slack.com), by the same protocol. */
export function isOfApi(fileUrl: string, baseUrl: string): boolean {
  const [file, api] = [URL.parse(fileUrl), new URL(baseUrl)];
  if (!file || file.protocol !== api.protocol || file.username !== '' || file.password !== '') return false;
  const inDomain = /^[a-z][a-z0-9-]*\.[a-z.]+$/.test(api.hostname) && file.hostname.endsWith(`.${api.hostname}`);
  return file.host === api.host || (inDomain && file.port === '');
}

/** Slack gives whoever lacks the scope `files:read` its login page, with 200. */
function isLoginPage(headers: Readonly<Record<string, unknown>>, file: FileInfo): boolean {
  if (!/^text\/html\b/i.test(String(headers['content-type'] ?? ''))) return false;
  const isAttachment = /^attachment\b/i.test(String(headers['content-disposition'] ?? ''));
  return file.mimetype !== 'text/html' || !isAttachment;
}

const passing = new Set([
  'unreachable',
  'ratelimited',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'fatal_error',
]);

function unavailable(
  { error, retryAfterMs = 5_000, connector }: { error: string; retryAfterMs: number | undefined; connector: string },
  deps: FetchAssetDeps,
): FetchedAsset {
  return passing.has(error) ? { found: 'later', retryAfterMs } : no({ connector, why: error }, deps);
}

function no(why: { connector: string; why: string }, { log }: FetchAssetDeps): FetchedAsset {
  log.warn(why, 'asset.not-fetched');
  return { found: 'no' };
}
