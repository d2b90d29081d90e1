import type { ConnectorConfig } from '@trunkline/config';
import type { Declared, InventoryProblem } from './entry.ts';
import { connectorKey, type RuntimeConnector } from './runtime-connectors.ts';
import type { Sourced } from './secret-referrers.ts';

/** The two places that connectors come from, as one: where both have a connector, the file wins. */
export function createMergedSources() {
  let fromFile = new Map<string, ConnectorConfig>();
  let fileProblems: InventoryProblem[] = [];
  const fromStore = new Map<string, RuntimeConnector>();

  function hiddenBy(key: string, { declared }: RuntimeConnector): InventoryProblem[] {
    if (!fromFile.has(key)) return [];
    const message = 'is hidden by the connector of the same name in the file';
    return [{ source: 'runtime', connector: `${declared.kind}/${declared.name}`, message }];
  }

  return {
    /** Replaces what the file says and clears its problems. Returns the keys that it says or said something about. */
    setFile(connectors: readonly ConnectorConfig[]): Set<string> {
      const before = fromFile;
      fromFile = new Map(connectors.map((config) => [connectorKey(config.kind, config.name), config]));
      fileProblems = [];
      return new Set([...before.keys(), ...fromFile.keys()]);
    },
    /** Notes why the file as it is now is not used. */
    setFileProblems(problems: InventoryProblem[]): void {
      fileProblems = problems;
    },
    setStored(key: string, stored: RuntimeConnector | undefined): void {
      if (stored) fromStore.set(key, stored);
      else fromStore.delete(key);
    },
    keys: (): Set<string> => new Set([...fromFile.keys(), ...fromStore.keys()]),
    declaredAs(key: string): Declared | undefined {
      const config = fromFile.get(key);
      return config ? { kind: config.kind, name: config.name, source: 'file', config } : fromStore.get(key)?.declared;
    },
    /** Each source by itself: a stored connector that the file hides comes back when the file lets it. */
    *all(): Iterable<Sourced> {
      for (const config of fromFile.values()) yield { kind: config.kind, name: config.name, source: 'file', config };
      for (const { declared, stored } of fromStore.values()) {
        const { kind, name, config } = declared;
        yield { kind, name, source: 'runtime', config, stored };
      }
    },
    problems(): InventoryProblem[] {
      const stored = [...fromStore].flatMap(([key, runtime]) => [
        ...runtime.problems.map((problem): InventoryProblem => ({ source: 'runtime', ...problem })),
        ...hiddenBy(key, runtime),
      ]);
      return [...fileProblems, ...stored];
    },
  };
}
