import type { ConnectorKind } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import type { ConnectorOf } from '../connectors.ts';
import { parseConnector } from '../parse-connector.ts';

/** The least that each kind needs. */
const least: Record<ConnectorKind, Record<string, unknown>> = {
  http: { name: 'a', bearer_token_env: 'T' },
  slack: { name: 'a', signing_secret_env: 'S' },
  telegram: { name: 'a', secret_token_env: 'S' },
  external: { name: 'a', platform: 'p', base_url: 'https://sidecar.example', shared_token_env: 'T' },
};

/** One thing that a connector may or may not say. */
export interface ConnectorRule {
  kind: ConnectorKind;
  /** Laid over the least; `undefined` takes a key away. */
  with: Record<string, unknown>;
  because: string;
  /** What is said about it; accepted when absent. */
  refused?: string;
}

function problemsOf({ kind, with: more }: ConnectorRule): string[] {
  const wire = Object.fromEntries(
    Object.entries({ ...least[kind], ...more }).filter(([, value]) => value !== undefined),
  );
  const parsed = parseConnector(kind, wire);
  return parsed.ok ? [] : parsed.problems.map((problem) => problem.message);
}

/** Tries each rule on a connector that has nothing else to be refused for. */
export function describeRules(rules: readonly ConnectorRule[]): void {
  describe('rules', () => {
    it.each(rules)('$kind, $because: $with', (rule) => {
      const problems = problemsOf(rule);
      if (rule.refused === undefined) expect(problems).toEqual([]);
      else expect(problems).toEqual([expect.stringContaining(rule.refused)]);
    });
  });
}

/** The connector that the least and more makes. */
export function connectorWith<K extends ConnectorKind>(kind: K, more: object = {}): ConnectorOf<K> {
  const parsed = parseConnector(kind, { ...least[kind], ...more });
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join());
  return parsed.connector;
}
