import {
  canonicalTarget,
  ReplyTargetInvalidError,
  targetKey,
  type ConnectorKind,
  type ConnectorRef,
  type ReplyHandle,
  type ReplyTarget,
} from '@trunkline/events';
import type { Draft } from './define-kind.ts';

/** Refuses the reply targets that have the right shape and still cannot be meant, such as an `http` target with secret headers. */
export function refuseBadTargets<F extends string>(
  {
    wire,
    refuse,
  }: { wire: { name?: string } & Partial<Record<F, readonly ReplyTarget[]>> } & Pick<Draft<object>, 'refuse'>,
  { kind, field }: { kind: ConnectorKind; field: F },
): void {
  const connector = { kind, name: wire.name ?? 'unnamed' };
  for (const [index, target] of (wire[field] ?? []).entries()) {
    const fault = faultOf(target, connector);
    if (fault !== undefined) refuse([field, index], `is refused. ${fault}`);
  }
}

function faultOf(target: ReplyTarget, connector: ConnectorRef): string | undefined {
  try {
    canonicalTarget(target, { connector });
    return undefined;
  } catch (error) {
    if (error instanceof ReplyTargetInvalidError) return [error.message, error.fix].join(' ').trim();
    throw error;
  }
}

/** The canonical handles of a connector's reply targets, each once, in the order written. */
export function replyHandles(targets: readonly ReplyTarget[], connector: ConnectorRef): ReplyHandle[] {
  const handles = targets.map((target) => canonicalTarget(target, { connector }));
  return [...new Map(handles.map((handle) => [targetKey(handle), handle])).values()];
}
