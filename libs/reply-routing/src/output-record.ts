import { hashToken, type Bucket } from '@trunkline/bus';
import { canonicalJson, sha256Hex, type Output, type ReplyHandle } from '@trunkline/events';

const keptMs = 48 * 3_600_000;

/** What is remembered of an output: bucket `progress`, key `output.<hash of session and output id>`. It holds no text. */
export interface OutputRecord {
  v: 1;
  digest: string;
  /** Sequence in OUTPUTS of the message that counts. */
  seq: number;
  /** Decided once: a repetition after a crash asks neither handle nor defaults again. */
  targets: ReplyHandle[];
}

/** The key of an output's record. Output ids are scoped by session. */
export const outputKey = ({ session_id, output_id }: Pick<Output, 'session_id' | 'output_id'>): string =>
  `output.${hashToken(JSON.stringify([session_id, output_id]))}`;

/** Equal for outputs that say the same: what is compared when an output id comes again. A handle sealed anew says nothing new. */
export function outputDigest(output: Output): string {
  return sha256Hex(canonicalJson({ ...output, v: undefined, reply_handle: undefined }));
}

/** Keeps a record until 48 h after its deliveries expire. `undefined`: there is one already, or a replica lags. */
export function createOutputRecord(
  { key, record, expiresMs }: { key: string; record: OutputRecord; expiresMs: number },
  { bucket, now }: { bucket: Pick<Bucket<OutputRecord>, 'create'>; now: number },
): Promise<number | undefined> {
  return bucket.create(key, record, { ttlMs: Math.max(0, expiresMs - now) + keptMs });
}
