import type { SimulatedMessage } from '@trunkline/control-api';
import { useState } from 'react';
import { control } from '../../api/control.ts';
import { randomKey } from '../../parts/random-key.ts';
import type { Place } from './place-bar.tsx';

/** A message on its way; a key of its own makes saying it again the same message. */
export interface InFlight {
  key: string;
  text: string;
  state: 'sending' | 'sent' | 'failed';
  eventId?: string;
  answer?: SimulatedMessage;
  error?: unknown;
  /** From here to the gateway and back. */
  ms?: number;
  again(): void;
}

/** Says things in a conversation, and keeps what became of each until it is seen as a turn. */
export function useSaying({ connector, place }: { connector: string; place: Place }) {
  const [said, setSaid] = useState<readonly InFlight[]>([]);
  const change = (key: string, to: Partial<InFlight>) =>
    setSaid((before) => before.map((each) => (each.key === key ? { ...each, ...to } : each)));

  async function send(key: string, text: string): Promise<void> {
    const startedAt = performance.now();
    change(key, { state: 'sending', error: undefined });
    try {
      const { body } = await control.call('simulateMessage', {
        params: { kind: 'http', name: connector },
        body: { text, conversation: place.session, idempotency_key: key },
      });
      const { status, event_id, session_id } = body;
      const failed = status === 'rejected' || status === 'refused';
      const ms = Math.round(performance.now() - startedAt);
      change(key, { state: failed ? 'failed' : 'sent', answer: body, ms, ...(!failed && { eventId: event_id }) });
      // A connector with a fixed session has one conversation, whatever was asked for.
      if (session_id !== undefined && session_id !== place.session) place.go({ connector, session: session_id });
    } catch (error) {
      change(key, { state: 'failed', error });
    }
  }

  return {
    said,
    say(text: string): void {
      const key = randomKey();
      const again = () => void send(key, text);
      setSaid((before) => [...before, { key, text, state: 'sending', again }]);
      place.go({ connector, session: place.session });
      again();
    },
  };
}
