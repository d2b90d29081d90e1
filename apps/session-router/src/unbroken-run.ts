import type { Arrival } from '@trunkline/bus';
import { LRUCache } from 'lru-cache';

/** What one router knows of EVENTS because every doorbell came to it, of late. */
export interface UnbrokenRun {
  /** Call it for each doorbell in the order of arrival. */
  onArrival(arrival: Arrival): void;
  /** True if it is certain that a conversation has no event between two sequences, both left out. False says nothing. */
  nothingBetween(conversation: string, sequences: { after: number; before: number }): boolean;
}

interface Seen {
  /** Every event of the conversation from this sequence on is in `seqs`. */
  from: number;
  seqs: number[];
}

const mostConversations = 50_000;
const mostOfOne = 64;

/**
 * Saves the question which event of a conversation is next.
 *
 * The server numbers what it sends to all routers together. As long as the numbers that come here have no gap, no event went to another
 * router, so what was not seen here does not exist; a gap begins a new run. A shortcut only: what it does not know is read.
 */
export function trackUnbrokenRun(conversationOf: (subject: string) => string): UnbrokenRun {
  let lastDelivery = Number.NaN;
  let newest = 0;
  let from = Infinity;
  const conversations = new LRUCache<string, Seen>({
    max: mostConversations,
    dispose({ seqs }, _conversation, reason) {
      // Whoever comes back later may have had events up to here.
      if (reason === 'evict') from = Math.max(from, (seqs.at(-1) ?? 0) + 1);
    },
  });

  function beginAt(seq: number): void {
    conversations.clear();
    from = seq;
    newest = seq - 1;
  }

  function see(subject: string, seq: number): void {
    const conversation = conversationOf(subject);
    const seen = conversations.get(conversation) ?? { from, seqs: [] };
    seen.seqs.push(seq);
    if (seen.seqs.length > mostOfOne) seen.from = (seen.seqs.shift() ?? seq) + 1;
    conversations.set(conversation, seen);
    newest = seq;
  }

  return {
    onArrival({ subject, seq, delivery, announcement }) {
      const unbroken = delivery === lastDelivery + 1;
      lastDelivery = delivery;
      if (announcement > 1) return unbroken ? undefined : beginAt(Infinity);
      // First announcements come in stream order; anything else is another consumer or stream.
      if (!unbroken || seq <= newest) beginAt(seq);
      see(subject, seq);
    },
    nothingBetween(conversation, { after, before }) {
      const seen = conversations.get(conversation);
      if (!seen || after + 1 < seen.from || before > newest) return false;
      return !seen.seqs.some((seq) => seq > after && seq < before);
    },
  };
}
