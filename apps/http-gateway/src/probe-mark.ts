import type { IncomingMessage } from 'node:http';
import { equalInConstantTime } from '@trunkline/gateway-kit';

const header = 'trunkline-probe';

/** Tells our own trial requests from all others: a word that only this process knows. */
export interface ProbeMark {
  headers: Readonly<Record<string, string>>;
  isOn(req: Pick<IncomingMessage, 'headers'>): boolean;
}

/** A mark with this secret word. */
export function createProbeMark(word: string): ProbeMark {
  return {
    headers: { [header]: word },
    isOn({ headers: { [header]: given } }) {
      return typeof given === 'string' && equalInConstantTime(given, word);
    },
  };
}
