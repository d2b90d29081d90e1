import type { Bus } from '@trunkline/bus';
import { problem } from '@trunkline/errors';
import { queryOf, sendProblem, type IngressHandler } from '@trunkline/gateway-kit';
import type { AssetUrls } from './asset-urls.ts';

const mediaType = /^[\w.+-]+\/[\w.+-]+$/;

/** Serves a file of the object store to whoever has its signed URL. It is always a download: never a page of this host. */
export function serveAsset(deps: { urls: AssetUrls; bus: Pick<Bus, 'objects'> }): IngressHandler {
  return async ({ req, res, params }) => {
    const { name: connector = '', asset_id: assetId = '' } = params;
    const allowed = deps.urls.allows({ connector, assetId }, queryOf(req));
    const found = allowed ? await deps.bus.objects('assets').get(assetId) : undefined;
    if (found === undefined) return sendProblem(res, notFound);
    res.writeHead(200, {
      'content-type': mediaType.test(found.mediaType ?? '') ? found.mediaType : 'application/octet-stream',
      'content-length': found.bytes.length,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(found.fileName ?? assetId).replace(/['()*]/g, escape)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=3600',
    });
    res.end(found.bytes);
  };
}

const notFound = problem('asset_not_found', {
  detail: 'There is no such file, or this URL has expired or was changed. Take the URL from a new event or delivery.',
});
