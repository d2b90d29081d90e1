import {
  networkPolicy,
  readyConnector,
  type AssetPlace,
  type FetchedAsset,
  type GuardedFetch,
} from '@trunkline/gateway-kit';
import { z } from 'zod';
import type { BotFailure } from './bot-api.ts';
import { fileIdOf } from './message-files.ts';
import { preparedConnector, type ConnectedBot } from './prepared-connector.ts';
import type { TelegramConnectors } from './receive.ts';

export interface FetchAssetDeps {
  connectors: TelegramConnectors;
  fetch: GuardedFetch;
  log: { warn(fields: object, message: string): void };
}

/** The largest file that is fetched. Telegram's own limit, unless its server runs in local mode, is 20 MB. */
const largestFile = 50 * 1024 * 1024;
const downloadMs = 60_000;
const laterMs = 5_000;

const fileInfo = z.object({ file_path: z.string().optional(), file_size: z.number().optional() });

/** Gets a file from Telegram with the connector's bot. The URL, which holds the token, never leaves this module. */
export function createFetchAsset(deps: FetchAssetDeps): (place: AssetPlace) => Promise<FetchedAsset> {
  return async ({ connector: name, assetId }) => {
    const fileId = fileIdOf(assetId);
    const entry = readyConnector(deps.connectors.get(name), 'telegram');
    if (fileId === undefined || !entry.ok) return { found: 'no' };
    const { bot, config } = preparedConnector(entry.value);
    if (bot === undefined) return { found: 'no' };
    const answer = await bot.api.call('getFile', { file_id: fileId }, { result: fileInfo });
    if (!answer.ok) return unavailable(answer, { connector: name, deps });
    const { file_path: path, file_size: size = 0 } = answer.result;
    // A server in local mode names a file of its own disk.
    if (path === undefined || !isPlain(path)) return no('file_without_path', { connector: name, deps });
    if (size > largestFile) return no('file_too_large', { connector: name, deps });
    return download(path, { bot, apiBaseUrl: config.api_base_url, connector: name, deps });
  };
}

interface Source {
  connector: string;
  deps: FetchAssetDeps;
}

async function download(
  path: string,
  source: Source & { bot: ConnectedBot; apiBaseUrl: string },
): Promise<FetchedAsset> {
  const { bot, apiBaseUrl, deps } = source;
  const outcome = await deps.fetch({
    url: `${apiBaseUrl.replace(/\/+$/, '')}/file/bot${bot.token.expose().trim()}/${path}`,
    policy: networkPolicy({ allowPrivate: isPrivate(apiBaseUrl) }),
    method: 'GET',
    timeoutMs: downloadMs,
    maxResponseBytes: largestFile,
  });
  if (outcome.kind === 'refused') return no(outcome.reason, source);
  if (outcome.kind !== 'response' || outcome.status >= 500 || outcome.status === 429) {
    return { found: 'later', retryAfterMs: laterMs };
  }
  if (outcome.status !== 200) return no(`status_${outcome.status}`, source);
  if (outcome.truncated) return no('file_too_large', source);
  const fileName = path.slice(path.lastIndexOf('/') + 1);
  const mediaType = outcome.headers['content-type'];
  return { found: 'yes', object: { bytes: outcome.body, fileName, ...(mediaType !== undefined && { mediaType }) } };
}

function unavailable(failure: BotFailure, source: Source): FetchedAsset {
  if (failure.kind === 'network') return { found: 'later', retryAfterMs: laterMs };
  const { code, parameters } = failure;
  if (code === 429) return { found: 'later', retryAfterMs: (parameters.retry_after ?? 5) * 1000 };
  // A revoked token comes back with a new one.
  if (code === 401 || code >= 500) return { found: 'later', retryAfterMs: laterMs };
  return no(`telegram_${code}`, source);
}

function no(why: string, { connector, deps }: Source): FetchedAsset {
  deps.log.warn({ connector, why }, 'asset.not-fetched');
  return { found: 'no' };
}

const isPlain = (path: string) =>
  /^[\w./-]+$/.test(path) && !path.startsWith('/') && !path.split('/').some((part) => part === '..' || part === '');

/** A Bot API server of one's own: named by a private address, or by a name that only a private network knows. */
function isPrivate(apiBaseUrl: string): boolean {
  const { hostname, protocol } = new URL(apiBaseUrl);
  const isPublicName =
    protocol === 'https:' && /\.[a-z][a-z0-9-]*$/i.test(hostname) && !/\.(local|internal|lan)$/i.test(hostname);
  return !isPublicName;
}
