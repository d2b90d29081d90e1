import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instruments, metricPrefix } from './instruments.ts';

const folder = resolve(import.meta.dirname, '../../../deploy/observability');
const dashboards = readdirSync(`${folder}/grafana/dashboards`).map((name) => `grafana/dashboards/${name}`);
const files = ['alerts.yaml', ...dashboards];

/** What Prometheus itself adds to a series. */
const ofPrometheus = ['job', 'instance', 'le'];

interface Used {
  metric: string;
  labels: string[];
}

/** Each metric of ours in a file, with the labels of its selector. */
function metricsIn(text: string): Used[] {
  const uses = text.matchAll(new RegExp(`${metricPrefix}([a-z_]+)(?:\\{([^}]*)\\})?`, 'g'));
  return [...uses].map(([, name = '', selector = '']) => ({
    metric: name.replace(/_(bucket|count|sum)$/, ''),
    labels: [...selector.matchAll(/([a-z_]+)(?==)/g)].map(([label]) => label),
  }));
}

/** Expressions with the labels that they group by. */
function groupings(text: string): { expression: string; labels: string[] }[] {
  const expressions = [...text.matchAll(/(?:"expr": "(.*)"|expr: (.*))$/gm)].map(
    ([, json, yaml]) => json ?? yaml ?? '',
  );
  return expressions.map((expression) => ({
    expression,
    labels: [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
  }));
}

describe.each(files)('deploy/observability/%s', (file) => {
  const text = readFileSync(`${folder}/${file}`, 'utf8').replaceAll('\\"', '"');
  const labelsOf = new Map<string, readonly string[]>(
    Object.entries(instruments).map(([name, { labels }]) => [name, labels]),
  );

  it('asks for metrics that exist, by labels that they have', () => {
    const used = metricsIn(text);
    expect(used.length).toBeGreaterThan(5);
    const strange = used.filter(({ metric, labels }) => {
      const known = labelsOf.get(metric);
      return known === undefined || labels.some((label) => ![...known, ...ofPrometheus].includes(label));
    });
    expect(strange).toEqual([]);
  });

  it('groups by labels that a metric of the expression has', () => {
    const strange = groupings(text).filter(({ expression, labels }) => {
      const known = metricsIn(expression).flatMap(({ metric }) => labelsOf.get(metric) ?? []);
      return labels.some((label) => ![...known, ...ofPrometheus].includes(label));
    });
    expect(strange).toEqual([]);
  });
});

describe('every instrument', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const sources = ['libs', 'apps']
    .flatMap((folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map(
        (path) => `${root}/${folder}/${path}`,
      ),
    )
    .filter(
      (path) =>
        /\/src\/.*(?<!\.spec)\.ts$/.test(path) && !path.includes('node_modules') && !path.endsWith('/instruments.ts'),
    );
  const written = sources.map((path) => readFileSync(path, 'utf8')).join('\n');

  it.each(Object.keys(instruments))('%s is measured somewhere: it is in /metrics', (name) => {
    expect(written.includes(`'${name}'`)).toBe(true);
  });
});
