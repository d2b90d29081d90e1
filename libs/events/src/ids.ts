import { hash } from 'node:crypto';

/** 128 bits of SHA-256 as 22 characters, behind a prefix that says what the id is of. */
function derived(prefix: string, parts: string[]): string {
  return `${prefix}_${hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22)}`;
}

/** The turn of an event: the same however often and wherever it is routed. */
export const turnIdOf = (kind: string, connector: string, eventId: string): string =>
  derived('trn', [kind, connector, eventId]);

/**
 * The output that a group of consumers publishes as its `ordinal`th of a turn, so that a repeated turn repeats no reply. Another
 * group's answer to the same turn is another output.
 */
export const outputIdOf = (group: string, turnId: string, ordinal: number): string =>
  derived('out', [group, turnId, String(ordinal)]);

/** The delivery of an output to one target (its `targetKey`). Output ids are scoped by session. */
export const deliveryIdOf = (sessionId: string, outputId: string, targetKey: string): string =>
  derived('dlv', [sessionId, outputId, targetKey]);
