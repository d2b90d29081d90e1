import type { ComposeProject } from './compose-project.ts';
import type { Choice, Query } from './dashboards.ts';

/** Runs in a container of the network `bus`: nothing else reaches Prometheus. */
const script = `
const ask = async (path) => (await fetch('http://prometheus:9090/api/v1/' + path)).json();
process.stdout.write(JSON.stringify(await Promise.all(process.argv.slice(1).map(ask))));
`;

interface Answer {
  status: 'success' | 'error';
  error?: string;
  data: unknown;
}

/** What Prometheus says to paths under `/api/v1/`, in their order; what it refuses ends the test. */
async function ask<T>(paths: readonly string[], project: ComposeProject): Promise<T[]> {
  const node = ['node', '--input-type=module', '--eval', script, '--'];
  const answers: Answer[] = JSON.parse(await project.compose('exec', '--no-TTY', 'control-plane', ...node, ...paths));
  const refused = answers.flatMap(({ status, error }, at) => (status === 'success' ? [] : `${paths[at]}: ${error}`));
  if (refused.length > 0) throw new Error(refused.join('\n'));
  return answers.map(({ data }) => data as T);
}

/** The values that each query has now. */
export async function evaluate(queries: readonly Query[], project: ComposeProject): Promise<number[][]> {
  const paths = queries.map(({ expression }) => `query?${new URLSearchParams({ query: expression })}`);
  const found = await ask<{ result: { value: [number, string] }[] }>(paths, project);
  return found.map(({ result }) => result.map(({ value: [, value] }) => Number(value)));
}

/** What Prometheus keeps of the traces behind each query: those of the last ten minutes. */
export async function exemplars(
  queries: readonly Query[],
  project: ComposeProject,
): Promise<{ traceId: string; spanId: string }[][]> {
  const end = Date.now() / 1000;
  const within = { start: String(end - 600), end: String(end) };
  const paths = queries.map(
    ({ expression }) => `query_exemplars?${new URLSearchParams({ query: expression, ...within })}`,
  );
  const found = await ask<{ exemplars: { labels: { trace_id: string; span_id: string } }[] }[]>(paths, project);
  return found.map((series) =>
    series.flatMap((one) => one.exemplars.map(({ labels }) => ({ traceId: labels.trace_id, spanId: labels.span_id }))),
  );
}

/** What can be chosen in each place of the dashboards. */
export function valuesOf(choices: readonly Choice[], project: ComposeProject): Promise<string[][]> {
  const paths = choices.map(
    ({ label, series }) => `label/${label}/values?${new URLSearchParams({ 'match[]': series })}`,
  );
  return ask<string[]>(paths, project);
}

/** Something that Prometheus scrapes. */
export interface Target {
  job: string;
  health: 'up' | 'down' | 'unknown';
  lastError: string;
}

export async function targets(project: ComposeProject): Promise<Target[]> {
  type Active = Omit<Target, 'job'> & { labels: { job: string } };
  const [found] = await ask<{ activeTargets: Active[] }>(['targets?state=active'], project);
  return (found?.activeTargets ?? []).map(({ labels: { job }, health, lastError }) => ({ job, health, lastError }));
}

/** An alert that is on, or will be if nothing changes. */
export interface Alert {
  name: string;
  job: string | undefined;
  state: 'pending' | 'firing';
}

export async function alerts(project: ComposeProject): Promise<Alert[]> {
  type Active = Pick<Alert, 'state'> & { labels: { alertname: string; job?: string } };
  const [found] = await ask<{ alerts: Active[] }>(['alerts'], project);
  return (found?.alerts ?? []).map(({ labels: { alertname: name, job }, state }) => ({ name, job, state }));
}

/** A rule as Prometheus has loaded it. */
export interface Rule {
  name: string;
  health: 'ok' | 'err' | 'unknown';
  lastError?: string;
}

export async function rules(project: ComposeProject): Promise<Rule[]> {
  const [found] = await ask<{ groups: { rules: Rule[] }[] }>(['rules'], project);
  return (found?.groups ?? []).flatMap((group) => group.rules);
}
