import { z } from 'zod';
import { openSealedText, sealText, type UnsealedReason } from './sealed-text.ts';
import type { SealingKeys } from './sealing-keys.ts';

const targetSchema = z.looseObject({ type: z.string() });

const snapshotSchema = z.looseObject({
  session_id: z.string(),
  generation: z.number().int().optional(),
  turn_id: z.string().optional(),
  event_id: z.string().optional(),
  reply_targets: z.array(targetSchema),
  output_subject: z.string(),
  issued_at: z.string().optional(),
});

/** A reply target as a handle carries it: whatever the router put in comes out the same. */
export interface SealedTarget {
  type: string;
}

/** What a reply handle stands for: where an answer goes, fixed when the turn was routed. */
export interface ReplySnapshot<T extends SealedTarget = SealedTarget> {
  session_id: string;
  generation?: number | undefined;
  turn_id?: string | undefined;
  event_id?: string | undefined;
  reply_targets: readonly T[];
  output_subject: string;
  /** ISO time. */
  issued_at?: string | undefined;
}

/** What `openReplyHandle` found. `expired` is said only of a handle that is ours and unchanged. */
export type OpenedReplyHandle =
  { ok: true; snapshot: z.infer<typeof snapshotSchema>; expiresAt: number } | { ok: false; reason: UnsealedReason };

/** The purpose to derive a reply handle's keys for: `deriveKey(keyring, replyHandlePurpose)`. */
export const replyHandlePurpose = 'reply-handle';

/**
 * Seals a snapshot into an opaque text that is safe in a URL, a header and a subject's payload.
 *
 * Nobody without the key can read, change or make one.
 */
export function sealReplyHandle<T extends SealedTarget>(
  snapshot: ReplySnapshot<T>,
  { key, expiresAt }: { key: SealingKeys; expiresAt: number },
): string {
  return sealText(JSON.stringify(snapshot), { key, expiresAt });
}

/** Opens what `sealReplyHandle` made. `now` is in ms. */
export function openReplyHandle(handle: string, { key, now }: { key: SealingKeys; now: number }): OpenedReplyHandle {
  const opened = openSealedText(handle, { key, now });
  if (!opened.ok) return opened;
  const snapshot = snapshotSchema.safeParse(JSON.parse(opened.text));
  // Ours, but of a version to come that changed what must be there.
  if (!snapshot.success) return { ok: false, reason: 'malformed' };
  return { ok: true, snapshot: snapshot.data, expiresAt: opened.expiresAt };
}
