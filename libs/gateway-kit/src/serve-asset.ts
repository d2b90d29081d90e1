import type { Bus, StoredObject } from '@trunkline/bus';
import { problem } from '@trunkline/errors';
import { retryAfter, sendProblem } from './answer.ts';
import type { AssetPlace, AssetUrls } from './asset-urls.ts';
import type { IngressHandler } from './ingress-app.ts';
import { queryOf } from './request-headers.ts';

const mediaType = /^[\w.+-]+\/[\w.+-]+$/;

/** What a platform says of a file that is asked for the first time. `later`: it could not be asked now. */
export type FetchedAsset =
  { found: 'yes'; object: StoredObject } | { found: 'no' } | { found: 'later'; retryAfterMs: number };

/** `fetchAsset` gets a file from the platform on its first use; it is kept then. Without it only what is kept is served. */
export interface ServeAssetDeps {
  urls: AssetUrls;
  bus: Pick<Bus, 'objects'>;
  fetchAsset?: (place: AssetPlace) => Promise<FetchedAsset>;
}

/** Serves a file to whoever has its signed URL. It is always a download: never a page of this host. */
export function serveAsset(deps: ServeAssetDeps): IngressHandler {
  return async ({ req, res, params }) => {
    const { name: connector = '', asset_id: assetId = '' } = params;
    if (!deps.urls.allows({ connector, assetId }, queryOf(req))) return sendProblem(res, notFound);
    const asset = await findAsset({ connector, assetId }, deps);
    if (asset.found === 'no') return sendProblem(res, notFound);
    if (asset.found === 'later') return sendProblem(res, notNow, retryAfter(asset.retryAfterMs));
    const { bytes, fileName = assetId, mediaType: type = '' } = asset.object;
    res.writeHead(200, {
      'content-type': mediaType.test(type) ? type : 'application/octet-stream',
      'content-length': bytes.length,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, escape)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=3600',
    });
    res.end(bytes);
  };
}

/** A file that was kept, or that the platform gives now, which is kept from then on. */
async function findAsset(place: AssetPlace, { bus, fetchAsset }: ServeAssetDeps): Promise<FetchedAsset> {
  const kept = await bus.objects('assets').get(place.assetId);
  if (kept !== undefined) return { found: 'yes', object: kept };
  const fetched = (await fetchAsset?.(place)) ?? { found: 'no' };
  if (fetched.found === 'yes') await bus.objects('assets').put(place.assetId, fetched.object);
  return fetched;
}

const notFound = problem('asset_not_found', {
  detail: 'There is no such file, or this URL has expired or was changed. Take the URL from a new event or delivery.',
});
const notNow = problem('asset_unavailable', {
  detail: 'The platform does not give the file at the moment. Ask again after Retry-After.',
});
