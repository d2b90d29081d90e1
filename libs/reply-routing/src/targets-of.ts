import type { Output, ReplyHandle } from '@trunkline/events';
import { canonicalTargets } from './snapshot-targets.ts';

/** What a sealed reply handle turned out to be; `openReplyHandle` of @trunkline/secrets answers so. */
export type OpenedHandle =
  | { ok: true; snapshot: { session_id: string; reply_targets: readonly unknown[] } }
  | { ok: false; reason: 'malformed' | 'unknown_key' | 'forged' | 'expired' };

export interface TargetSources {
  openHandle(sealed: string): OpenedHandle;
  /** The session's defaults as they are now; asked only when nothing else says where. */
  sessionDefaults(sessionId: string): Promise<readonly unknown[]>;
}

/** Where a list of targets came from. */
export type TargetOrigin = 'output' | 'handle' | 'session';

/** Why an output reaches nobody, for programs. */
export type UndeliverableCode =
  | 'no_handle'
  | 'handle_malformed'
  | 'handle_unknown_key'
  | 'handle_forged'
  | 'handle_expired'
  | 'handle_of_other_session'
  | 'target_invalid';

/** `local`: nobody is to be told; the output stays in its session's log. */
export type OutputTargets =
  | { outcome: 'targets'; targets: ReplyHandle[]; origin: TargetOrigin }
  | { outcome: 'local' }
  | { outcome: 'dead'; code: UndeliverableCode; detail: string };

const handleProblems = {
  malformed: 'The reply_handle is not one of ours: hand back the one of the turn, unchanged.',
  unknown_key: 'The reply_handle was sealed with a key that is no longer in the keyring.',
  forged: 'The reply_handle was changed, or made by somebody else.',
  expired: 'The reply_handle has expired.',
} as const;

/**
 * Where an output goes: its own targets, else those that its turn's handle was sealed with, else the session's defaults.
 *
 * The first list that is not empty wins, and lists are not merged. An output that names a turn but brings neither handle nor targets is
 * undeliverable: the defaults would be a guess. One target that cannot be understood makes the whole output so.
 */
export async function targetsOf(
  output: Pick<Output, 'session_id' | 'turn_id' | 'reply_handle' | 'reply_targets'>,
  sources: TargetSources,
): Promise<OutputTargets> {
  if (output.reply_targets?.length) return read(output.reply_targets, 'output');
  if (output.reply_handle !== undefined) {
    const opened = sources.openHandle(output.reply_handle);
    if (!opened.ok) return { outcome: 'dead', code: `handle_${opened.reason}`, detail: handleProblems[opened.reason] };
    const { session_id, reply_targets } = opened.snapshot;
    if (session_id !== output.session_id) {
      return {
        outcome: 'dead',
        code: 'handle_of_other_session',
        detail: 'The reply_handle belongs to another session.',
      };
    }
    if (reply_targets.length > 0) return read(reply_targets, 'handle');
  } else if (output.turn_id !== undefined) {
    const detail = 'The output names a turn but brings neither its reply_handle nor reply_targets.';
    return { outcome: 'dead', code: 'no_handle', detail };
  }
  const defaults = await sources.sessionDefaults(output.session_id);
  return defaults.length > 0 ? read(defaults, 'session') : { outcome: 'local' };
}

function read(written: readonly unknown[], origin: TargetOrigin): OutputTargets {
  const { targets, invalid } = canonicalTargets(written);
  if (invalid.length > 0) return { outcome: 'dead', code: 'target_invalid', detail: invalid.join(' ') };
  return { outcome: 'targets', targets, origin };
}
