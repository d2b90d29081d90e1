import { distance } from 'fastest-levenshtein';

/** The known name that a misspelt or shortened one most likely meant; `undefined` when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 100) return undefined;
  const plain = simplified(name);
  const ranked = known.map((candidate) => ({ candidate, far: distance(plain, simplified(candidate)) }));
  ranked.sort((a, b) => a.far - b.far);
  const best = ranked[0];
  if (best && best.far <= allowedDistance(plain)) return best.candidate;
  return plain.length < 4 ? undefined : known.find((candidate) => simplified(candidate).startsWith(plain));
}

const simplified = (name: string) => name.toLowerCase().replaceAll('-', '_');

const allowedDistance = (name: string) => Math.min(4, Math.floor(name.length / 3));
