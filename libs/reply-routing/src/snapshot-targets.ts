import {
  canonicalTarget,
  ReplyTargetInvalidError,
  targetKey,
  type ConnectorRef,
  type EventData,
  type ReplyHandle,
} from '@trunkline/events';

/** Targets in canonical form, each once, in the order they were given; `invalid` says what was left out, without its value. */
export interface CanonicalTargets {
  targets: ReplyHandle[];
  invalid: string[];
}

/** Normalizes a list from anywhere. An `http` target without a connector gets `connector` when that is an http connector. */
export function canonicalTargets(
  written: readonly unknown[],
  context: { connector?: ConnectorRef } = {},
): CanonicalTargets {
  const targets = new Map<string, ReplyHandle>();
  const invalid: string[] = [];
  for (const [index, target] of written.entries()) {
    try {
      const handle = canonicalTarget(target, context);
      targets.set(targetKey(handle), handle);
    } catch (error) {
      if (!(error instanceof ReplyTargetInvalidError)) throw error;
      invalid.push(`reply_targets[${index}]: ${error.message}`);
    }
  }
  return { targets: [...targets.values()], invalid };
}

/**
 * The reply targets of an event, as its turn carries them from now on, whatever is configured later.
 *
 * The gateway has put them together (its own conversation and the connector's additional ones; for HTTP the payload's or the defaults).
 */
export function snapshotTargets({
  connector,
  reply_targets,
}: Pick<EventData, 'connector' | 'reply_targets'>): CanonicalTargets {
  return canonicalTargets(reply_targets, { connector });
}
