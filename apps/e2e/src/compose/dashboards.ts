import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

const folder = resolve(import.meta.dirname, '../../../../deploy/observability');

/** What a shipped file asks Prometheus, named by what shows it. */
export interface Query {
  where: string;
  expression: string;
  /** Whether its points lead to traces. */
  exemplars?: boolean;
}

/** Something that can be chosen in a dashboard: values of a label. */
export interface Choice {
  label: string;
  series: string;
}

interface Dashboard {
  title: string;
  templating: { list: { query: string }[] };
  panels: { title: string; targets: { expr: string; exemplar: boolean }[] }[];
}

const dashboards = () =>
  readdirSync(`${folder}/grafana/dashboards`).map((name): Dashboard =>
    JSON.parse(readFileSync(`${folder}/grafana/dashboards/${name}`, 'utf8')),
  );

/** As Grafana fills it in while everything is chosen. */
const filledIn = (query: string) => query.replaceAll('$__rate_interval', '1m').replaceAll(/\$(kind|connector)/g, '.*');

/** What the panels of all dashboards show. */
export const panelQueries = (): Query[] =>
  dashboards().flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr, exemplar }) => ({
        where: `${title}: ${panel.title}`,
        expression: filledIn(expr),
        exemplars: exemplar,
      })),
    ),
  );

/** What can be chosen in the dashboards, in their order. */
export const choices = (): Choice[] =>
  dashboards().flatMap(({ templating }) =>
    templating.list.map(({ query }) => {
      const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(filledIn(query)) ?? [];
      if (series === undefined || label === undefined) throw new Error(`Not a query for values: ${query}`);
      return { label, series };
    }),
  );

/** What the alert rules compare, without the comparison: that is there also when nothing is wrong. */
export const alertMeasures = (): Query[] => {
  const file: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(
    readFileSync(`${folder}/alerts.yaml`, 'utf8'),
  );
  return file.groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr }) => ({ where: alert, expression: expr.replace(/ (==|<|>) [\d.e]+$/, '') }));
};
