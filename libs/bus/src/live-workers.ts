import { token } from './token.ts';

/** Who has not renewed for this long is taken for dead. */
export const expiredAfterMs = 10_000;
const forgottenAfterMs = 60_000;

/**
 * Who holds a lease (`null`: released), or, under a worker's key, that the worker lives. Replicas of other versions read and write
 * it too: fields may only be added.
 */
export interface LeaseRecord {
  worker: string | null;
  /** A worker that gives up what it holds and takes nothing more. */
  leaving?: true;
  /** How many names the worker knows: when it changes, the others spread anew. */
  wants?: number;
}

type Sighting = Pick<LeaseRecord, 'leaving' | 'wants'> & { at: number };

/** The workers of a group, judged by when *we* last saw them renew, on our own clock. Ids are tokens. */
export class LiveWorkers {
  readonly #own: string;
  readonly #seen = new Map<string, Sighting>();

  constructor(worker: string) {
    this.#own = token(worker);
  }

  /** Whether the others have to spread anew because of it. */
  saw(id: string, record: LeaseRecord | undefined, now: number): boolean {
    const before = this.#seen.get(id);
    if (!record) return this.#seen.delete(id);
    this.#seen.set(id, { at: now, leaving: record.leaving, wants: record.wants });
    return !before || before.leaving !== record.leaving || before.wants !== record.wants;
  }

  /** Gives every worker the full time again: after our own pause we cannot tell who was silent. */
  forgive(now: number): void {
    for (const sighting of this.#seen.values()) sighting.at = now;
  }

  isLive(id: string, now: number): boolean {
    if (id === this.#own) return true;
    const seen = this.#seen.get(id);
    return seen !== undefined && now - seen.at < expiredAfterMs;
  }

  /** Those that names are spread over, ourselves included: a change of it is a reason to spread anew. */
  sharing(now: number): { count: number; roster: string } {
    const others = [...this.#seen].filter(([id, { leaving }]) => id !== this.#own && !leaving && this.isLive(id, now));
    const roster = others.map(([id, { wants }]) => `${id}:${wants ?? ''}`);
    return { count: others.length + 1, roster: roster.toSorted().join() };
  }

  /** Those that were silent for so long that their keys can go. */
  forgotten(now: number): string[] {
    return [...this.#seen].filter(([, { at }]) => now - at > forgottenAfterMs).map(([id]) => id);
  }
}
