import type { IncomingMessage } from 'node:http';
import { equalInConstantTime } from '@trunkline/gateway-kit';

/** Tells requests of our own from all others: a word that only this process knows. */
export interface OwnMark {
  headers: Readonly<Record<string, string>>;
  isOn(req: Pick<IncomingMessage, 'headers'>): boolean;
}

/** What we make requests to ourselves for. A trial is judged and not taken; a simulation is a message of an operator's, and taken. */
export interface OwnMarks {
  trial: OwnMark;
  simulation: OwnMark;
}

/** Marks with this secret word. */
export function createOwnMarks(word: string): OwnMarks {
  return { trial: markIn('trunkline-probe', word), simulation: markIn('trunkline-simulation', word) };
}

function markIn(header: string, word: string): OwnMark {
  return {
    headers: { [header]: word },
    isOn({ headers: { [header]: given } }) {
      return typeof given === 'string' && equalInConstantTime(given, word);
    },
  };
}
