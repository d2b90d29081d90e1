import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { misspelled } from './misspelled.ts';

const folder = resolve(import.meta.dirname, '../../../../deploy/k8s');

/** What the chart makes of values; kept beside it, so that a change shows what it changes. */
const renderings = [
  { name: 'default', values: [] },
  {
    name: 'single-server',
    values: [
      'nats.replicas=1',
      'monitoring.podMonitor=true',
      'otlpEndpoint=http://collector:4318',
      'ingress.tlsSecret=trunkline-tls',
      'processes.slack-gateway.autoscaling.enabled=true',
      'processes.session-router.autoscaling.enabled=true',
    ],
  },
  {
    name: 'own-nats',
    values: ['nats.enabled=false', 'nats.url=nats://nats.example.com:4222', 'ingress.enabled=false'],
  },
];

interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

const models = {
  Deployment,
  StatefulSet,
  HorizontalPodAutoscaler,
  Job,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  ConfigMap,
  Service,
} as const;
type Kind = keyof typeof models;

/** Of the Prometheus operator: Kubernetes itself does not know it. */
const foreign = ['PodMonitor'];

const hasHelm = spawnSync('helm', ['version']).error === undefined;
const fileOf = (name: string) => `${folder}/rendered/${name}.yaml`;

function resourcesIn(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) => {
    expect(document.errors).toEqual([]);
    const resource: Resource | null = document.toJS();
    return resource === null ? [] : [resource];
  });
}

describe.each(renderings)('the chart with the values "$name"', ({ name, values }) => {
  it.skipIf(!hasHelm)('renders what is kept in deploy/k8s/rendered (skipped without helm)', async () => {
    const set = values.flatMap((value) => ['--set', value]);
    const { stdout, stderr } = spawnSync('helm', ['template', 'tl', `${folder}/trunkline`, ...set], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    await expect(stdout).toMatchFileSnapshot(fileOf(name));
  });

  it('makes resources that Kubernetes takes, with no field that it does not know', () => {
    const resources = resourcesIn(readFileSync(fileOf(name), 'utf8')).filter(({ kind }) => !foreign.includes(kind));
    expect(resources.length).toBeGreaterThan(10);
    for (const resource of resources) {
      const Model = models[resource.kind as Kind];
      expect(Model, resource.kind).toBeDefined();
      expect(resource.apiVersion).toBe(Model.apiVersion);
      new Model(resource as never).validate();
    }
    expect(misspelled(resources)).toEqual([]);
  });

  it('makes no container that is root, may write to its root or has a capability', () => {
    const pods = resourcesIn(readFileSync(fileOf(name), 'utf8')).flatMap((resource) => {
      const template = (resource as { spec?: { template?: { spec: PodSpec } } }).spec?.template?.spec;
      return template ? [template] : [];
    });
    expect(pods.length).toBeGreaterThanOrEqual(7);
    for (const pod of pods) {
      expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });
});

interface PodSpec {
  containers: { securityContext: unknown }[];
}

it('a name that Kubernetes does not know is found', () => {
  const [deployment] = resourcesIn(readFileSync(fileOf('default'), 'utf8')).filter(({ kind }) => kind === 'Deployment');
  const wrong = JSON.parse(JSON.stringify(deployment).replaceAll('readinessProbe', 'readynessProbe'));
  expect(misspelled([wrong])).toEqual([expect.stringContaining('readynessProbe')]);
});
