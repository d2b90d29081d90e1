import { expiry, type SecretRecord } from './secret-record.ts';
import type { UseTimes } from './secret-use.ts';

/** What an API shows of one version of a secret. */
export interface SecretVersionView {
  version: number;
  key_id: string;
  created_at: string;
  /** Set on a version that was replaced and still counts. */
  expires_at?: string;
  last_used_at?: string;
}

/** What an API shows of a secret: everything but its value. */
export interface SecretView {
  reference: string;
  configured: true;
  version: number;
  updated_at: string;
  last_used_at?: string;
  /** The current version, then replaced ones in their grace window. */
  versions: SecretVersionView[];
}

/** Makes the view of a record at a moment. */
export function secretView(record: SecretRecord, used: UseTimes, now: number): SecretView | undefined {
  const [current] = record.versions;
  if (current === undefined) return undefined;
  const versions = record.versions
    .filter((version) => expiry(version) > now)
    .map(({ version, key_id, created_at, expires_at }) => {
      const last_used_at = used[version];
      return { version, key_id, created_at, ...(expires_at && { expires_at }), ...(last_used_at && { last_used_at }) };
    });
  const last = versions.flatMap(({ last_used_at }) => last_used_at ?? []).sort();
  const last_used_at = last.at(-1);
  return {
    reference: record.reference,
    configured: true,
    version: current.version,
    updated_at: current.created_at,
    ...(last_used_at && { last_used_at }),
    versions,
  };
}
