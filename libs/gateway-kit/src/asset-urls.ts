import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConnectorKind } from '@trunkline/events';
import type { SealingKeys } from '@trunkline/secrets';

/** What the keys of a kind's asset URLs derive from: `deriveKey(keyring, assetUrlPurpose(kind))`. */
export const assetUrlPurpose = (kind: ConnectorKind) => `assets.${kind}`;

/** Long enough for a turn that waits over a weekend. */
const validMs = 7 * 86_400_000;

/** Which file of which connector. */
export interface AssetPlace {
  connector: string;
  assetId: string;
}

export interface AssetUrls {
  /** A URL that needs no token of ours until it expires; `undefined` without a public URL to begin it with. */
  urlOf(place: AssetPlace): string | undefined;
  /** Whether a request's query is one that `urlOf` made for this place and that has not expired. */
  allows(place: AssetPlace, query: URLSearchParams): boolean;
}

/** Signed URLs of files; nobody without a key can make or change one. Without keys there are none. */
export function createAssetUrls(deps: {
  kind: ConnectorKind;
  keys?: SealingKeys;
  publicUrl?: string;
  now: () => number;
}): AssetUrls {
  const { kind, keys, publicUrl, now } = deps;

  function signature(place: AssetPlace, expires: string, keyId: string): string | undefined {
    const key = keys?.find(keyId);
    const signed = JSON.stringify(['asset', place.connector, place.assetId, expires]);
    return key && createHmac('sha256', key).update(signed).digest('base64url');
  }

  return {
    urlOf(place) {
      if (keys === undefined || publicUrl === undefined) return undefined;
      // Rounded up, so that a URL stays the same for an hour and caches can work.
      const expires = String((Math.floor((now() + validMs) / 3_600_000) + 1) * 3600);
      const key = keys.sealingId;
      const query = new URLSearchParams({ expires, key, signature: signature(place, expires, key) ?? '' });
      const path = `/v1/connectors/${kind}/${encodeURIComponent(place.connector)}/assets/${encodeURIComponent(place.assetId)}`;
      return `${publicUrl.replace(/\/+$/, '')}${path}?${query.toString()}`;
    },
    allows(place, query) {
      const [expires, key, claimed] = ['expires', 'key', 'signature'].map((name) => query.get(name) ?? '');
      if (!/^\d{1,12}$/.test(expires ?? '') || Number(expires) * 1000 <= now()) return false;
      const expected = Buffer.from(signature(place, expires ?? '', key ?? '') ?? '');
      const given = Buffer.from(claimed ?? '');
      return expected.length > 0 && expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}
