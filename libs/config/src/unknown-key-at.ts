import type { ConnectorKind } from '@trunkline/events';
import type { ConnectorProblem } from './config-problem.ts';
import { kinds } from './connectors.ts';
import { unknownKey } from './describe-issues.ts';
import { problemOf } from './problem-text.ts';
import { namesAt } from './schema-names.ts';

/** What is wrong with a key that is only named, with the known one that was probably meant. Keys of maps are the user's own. */
export function unknownKeyAt(kind: ConnectorKind, path: PropertyKey[]): ConnectorProblem | undefined {
  const known = namesAt(kinds[kind].schema, path.slice(0, -1));
  const isKnown = known.length === 0 || known.includes(String(path.at(-1)));
  return isKnown ? undefined : problemOf(unknownKey(path, known));
}
