import { connectorAllows } from '@trunkline/config';
import { targetConnector, type ReplyHandle } from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import { canonicalTargets } from '@trunkline/reply-routing';
import { refuse, type Refusal } from '../operation.ts';

/** Targets in canonical form, if each is one that its connector may send to. The pseudo-connector `_` allows all until delivery. */
export function checkTargets(
  written: readonly unknown[],
  inventory: Pick<Inventory, 'get'>,
): { targets: ReplyHandle[] } | Refusal {
  const { targets, invalid } = canonicalTargets(written);
  if (invalid.length > 0) return refuse('payload_invalid', `${invalid.join('; ')}.`);
  const reasons = targets.map((target) => whyNot(target, inventory)).filter((reason) => reason !== undefined);
  return reasons.length > 0 ? refuse('reply_target_refused', reasons.join(' ')) : { targets };
}

function whyNot(target: ReplyHandle, inventory: Pick<Inventory, 'get'>): string | undefined {
  const { kind, name } = targetConnector(target);
  if (name === '_') return undefined;
  const entry = inventory.get(kind, name);
  if (!entry) return `There is no connector ${kind}/${name}.`;
  const judged = entry.config ? connectorAllows(entry.config, target) : { allowed: true as const };
  return judged.allowed ? undefined : judged.reason;
}
