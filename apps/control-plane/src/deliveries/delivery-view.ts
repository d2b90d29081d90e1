import type { DeliverySummary, DeliveryView } from '@trunkline/control-api';
import type { ProgressRecord, TargetRecord } from '@trunkline/deliveries';
import type { Output } from '@trunkline/events';
import { withoutBytes } from '../sessions/without-bytes.ts';

/** A delivery without what was tried. */
export function deliverySummary(record: ProgressRecord): DeliverySummary {
  const { delivery_id, output_id, session_id, turn_id, connector, target, target_id, state, reason } = record;
  const { attempt_count, next_attempt_at, created_at, expires_at, settled_at, replays, resolution } = record;
  const what = { delivery_id, output_id, session_id, turn_id, connector, target, target_id };
  const when = { next_attempt_at, created_at, expires_at, settled_at };
  return { ...what, state, reason, attempt_count, ...when, replays, resolution };
}

/** All that is known of a delivery: `output` while its message is kept, `target` where that is not as usual. */
export function deliveryView(
  record: ProgressRecord,
  { output, target }: { output: Output | undefined; target: TargetRecord | undefined },
): DeliveryView {
  const { attempts, steps, in_doubt } = record;
  return {
    ...deliverySummary(record),
    ...(output && { output: withoutBytes(output) }),
    attempts,
    steps,
    in_doubt,
    ...(target && { target_state: { disabled: target.disabled, breaker: target.breaker } }),
  };
}
