import {
  formatProblem,
  parseConnector,
  tripleKeys,
  type ConnectorConfig,
  type ConnectorProblem,
} from '@trunkline/config';
import type { ConnectorKind } from '@trunkline/events';
import type { AuditNote } from '../audit/record-audit.ts';
import { refuse, type Refusal } from '../operation.ts';
import { changesBetween } from './changes-between.ts';
import { mergeConnector, type MergedConnector, type ValueToStore } from './merge-connector.ts';

type Table = Record<string, unknown>;

/** What a change comes to: checked as a whole, nothing written yet. */
export interface ChangePlan {
  /** To be stored. */
  config: Table;
  connector: ConnectorConfig;
  before: ConnectorConfig | undefined;
  values: ValueToStore[];
  /** Empty when the connector is like this already. */
  changes: AuditNote['changes'];
  warnings: string[];
}

/** A change of a connector that is stored, or of one that is not there yet. */
export interface WantedChange {
  connector: { kind: ConnectorKind; name: string };
  stored: Table | undefined;
  change: Table;
}

/** Checks everything about a change: its own form, the connector that comes of it, and the values of its secrets. */
export function planChange({ connector: ref, stored, change }: WantedChange): { plan: ChangePlan } | Refusal {
  const merged = mergeConnector(ref, stored ?? {}, change);
  const parsed = parseConnector(ref.kind, merged.config);
  const problems = [...merged.problems, ...(parsed.ok ? valueProblems(ref.kind, merged) : parsed.problems)];
  if (!parsed.ok || problems.length > 0) return refuseProblems(problems);

  const { connector, warnings } = parsed;
  const old = stored && parseConnector(ref.kind, stored);
  const before = old?.ok ? old.connector : undefined;
  if (before?.kind === 'external' && connector.kind === 'external' && before.platform !== connector.platform) {
    return refuse(
      'connector_platform_immutable',
      `platform is "${before.platform}" for as long as the connector exists. Make one of another name, then delete this one.`,
    );
  }
  const { config, values } = merged;
  const newValues = values.map(({ field }) => field);
  const changes = changesBetween({ before, after: connector, written: Object.keys(config), newValues });
  return { plan: { config, connector, before, values, changes, warnings: warnings.map(withoutConnector) } };
}

/** All problems of a configuration in one refusal. */
function refuseProblems(problems: readonly ConnectorProblem[]): Refusal {
  const told = problems.map(({ key, message, suggestion }) => ({ key, message, suggestion }));
  return refuse('connector_invalid', `${problems.map(withoutConnector).join('; ')}.`, { problems: told });
}

/** The address says which connector is meant. */
const withoutConnector = ({ message, suggestion }: ConnectorProblem) =>
  formatProblem({ message, ...(suggestion !== undefined && { suggestion }) });

/** Whether the values could be used: the rules for a secret that stands in the file itself. */
function valueProblems(kind: ConnectorKind, { config, values }: MergedConnector): ConnectorProblem[] {
  if (values.length === 0) return [];
  const inline = values.reduce(withInlineValue, config);
  const parsed = parseConnector(kind, inline);
  return parsed.ok ? [] : parsed.problems;
}

function withInlineValue(config: Table, { field, value }: ValueToStore): Table {
  const teams = config['team_bot_tokens'];
  if (!field.includes('.') || !Array.isArray(teams)) return inlined(config, field, value);
  const isMeant = (team: Table) => field === `team_bot_tokens.${String(team['team_id'])}`;
  return {
    ...config,
    team_bot_tokens: teams.map((team: Table) => (isMeant(team) ? inlined(team, 'bot_token', value) : team)),
  };
}

function inlined(table: Table, field: string, value: string): Table {
  const { secret_ref } = tripleKeys(field);
  return { ...Object.fromEntries(Object.entries(table).filter(([key]) => key !== secret_ref)), [field]: value };
}
