import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson } from '../http-exchange.ts';
import type { Asset } from '../runtime-contract.ts';

/** How a file is given: whole, not now (503), or only once `release` is called. */
export type AssetMode = 'given' | 'unavailable' | 'held';

interface Offered {
  bytes: Uint8Array;
  mode: AssetMode;
  released: Promise<void>;
}

/** Files of deliveries, by the path that they are fetched from. */
export function createOfferedFiles(base: string) {
  const offered = new Map<string, Offered>();
  return {
    offer(deliveryId: string, { bytes, mode = 'given' }: { bytes: Uint8Array; mode?: AssetMode }) {
      const hash = sha256(bytes);
      const id = `asset_${hash.slice(0, 16)}`;
      const download_path = `${base}/deliveries/${encodeURIComponent(deliveryId)}/assets/${id}/raw`;
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      offered.set(download_path, { bytes, mode, released });
      const said = { media_type: 'text/plain', file_name: 'conformance.txt', sha256: hash, byte_length: bytes.length };
      const asset: Asset = { id, ...said, download_path };
      return { asset, release };
    },
    async give(path: string, res: ServerResponse): Promise<void> {
      const file = offered.get(path);
      if (!file) return sendJson(res, 404, { code: 'asset_not_found' });
      if (file.mode === 'unavailable') return sendJson(res, 503, { code: 'asset_unavailable' });
      if (file.mode === 'held') await file.released;
      res.writeHead(200, { 'content-type': 'text/plain', 'content-length': file.bytes.length });
      res.end(file.bytes);
    },
  };
}
export type OfferedFiles = ReturnType<typeof createOfferedFiles>;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
