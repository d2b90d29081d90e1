/** Something wrong with one connector. Messages name keys and what is wanted, never a value: it may be a secret. */
export interface ConnectorProblem {
  /** `<kind>/<name>`, or `<kind>[<position>]` when the name itself is unusable. */
  connector?: string;
  /** Dotted path of the key within the connector, `session_policy.persona_id`. */
  key?: string;
  message: string;
  /** The nearest known name. */
  suggestion?: string;
}

/** The same with its place in a file. */
export interface ConfigProblem extends ConnectorProblem {
  file: string;
  /** From 1. */
  line: number;
}

/** One line of text for people: place, connector, what is wrong, what was probably meant. */
export function formatProblem(problem: ConnectorProblem | ConfigProblem): string {
  const place = 'line' in problem ? `${problem.file}:${problem.line}: ` : '';
  const connector = problem.connector === undefined ? '' : `${headerOf(problem.connector)}: `;
  const hint = problem.suggestion === undefined ? '' : ` (did you mean "${problem.suggestion}"?)`;
  return `${place}${connector}${problem.message}${hint}`;
}

/** `http/webhook` as the file writes it: `[[http_connectors]] "webhook"`. */
function headerOf(connector: string): string {
  const { kind, name, position } =
    /^(?<kind>[a-z]+)(?:\/(?<name>.*)|\[(?<position>\d+)\])$/.exec(connector)?.groups ?? {};
  if (kind === undefined) return connector;
  const which = name === undefined ? `number ${Number(position) + 1}` : `"${name}"`;
  return `[[${kind}_connectors]] ${which}`;
}
