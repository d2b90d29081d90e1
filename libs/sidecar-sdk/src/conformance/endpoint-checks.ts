import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { healthSchema, manifestSchema } from '../runtime-contract.ts';
import { failed, judge, notApplicable, passed, type Check, type CheckContext, type Finding } from './check.ts';
import { headersOf, newDelivery, shown, type Called } from './sidecar-client.ts';

/** Rules of manifest, health and authentication. */
export const endpointChecks: Check[] = [
  {
    id: 'manifest',
    section: '2.2',
    title: 'GET /manifest describes the sidecar',
    expected: '200 with protocol_version 1, an instance_id, and capabilities that are booleans',
    async run({ sidecar, learned }) {
      const called = await sidecar.call('/manifest');
      const read = readAs(called, manifestSchema);
      if (!read.ok) return failed(read.why);
      learned.manifest = read.value;
      return passed(`instance_id ${read.value.instance_id}`);
    },
  },
  {
    id: 'health',
    section: '2.3',
    title: 'GET /health says how the sidecar is',
    expected: '200 with protocol_version 1, an instance_id, and a status of starting, ready, degraded, draining',
    async run({ sidecar }) {
      const read = readAs(await sidecar.call('/health'), healthSchema);
      return read.ok ? passed(read.value.status) : failed(read.why);
    },
  },
  {
    id: 'instance',
    section: '2.3',
    title: 'manifest and health name the same instance',
    expected: 'one instance_id for as long as the process lives',
    async run({ sidecar, learned }) {
      const [health, manifest] = [await sidecar.call('/health'), await sidecar.call('/manifest')];
      const ids = [readAs(health, healthSchema), readAs(manifest, manifestSchema)].map((read) =>
        read.ok ? read.value.instance_id : '',
      );
      if (ids.includes('') || !learned.manifest) return notApplicable('needs a valid manifest and health');
      const all = new Set([learned.manifest.instance_id, ...ids]);
      return judge(all.size === 1, [...all].join(', then '));
    },
  },
  {
    id: 'ready',
    section: '2.3',
    title: 'becomes ready',
    expected: 'ready or degraded within 20 s of the start',
    run: becomesReady,
  },
  {
    id: 'auth-missing',
    section: '2.1',
    title: 'refuses requests without the token',
    expected: '401 from all three endpoints',
    run: (context) => refusesAll(context, [null]),
  },
  {
    id: 'auth-wrong',
    section: '2.1',
    title: 'refuses requests with another token',
    expected: '401 from all three endpoints, also for the beginning of the right token',
    run: (context) =>
      refusesAll(context, ['Bearer wrong', `Bearer ${context.token?.slice(0, -1)}`, `Basic ${context.token}`]),
  },
];

async function becomesReady({ sidecar, times }: CheckContext): Promise<Finding> {
  const deadline = performance.now() + times.readyMs;
  for (;;) {
    const read = readAs(await sidecar.call('/health'), healthSchema);
    const status = read.ok ? read.value.status : read.why;
    if (status === 'ready' || status === 'degraded') return passed(status);
    if (performance.now() > deadline) return failed(status);
    await sleep(250);
  }
}

async function refusesAll(
  { sidecar, token, route }: CheckContext,
  authorizations: (string | null)[],
): Promise<Finding> {
  if (token === undefined) return notApplicable('no token is set: pass --token');
  const delivery = newDelivery('this must not be delivered', route);
  const post = { method: 'POST' as const, body: JSON.stringify(delivery), headers: headersOf(delivery.delivery_id) };
  const wrong: string[] = [];
  for (const authorization of authorizations) {
    for (const [path, request] of [
      ['/manifest', {}],
      ['/health', {}],
      ['/deliver', post],
    ] as const) {
      const called = await sidecar.call(path, { ...request, authorization });
      if (!called.answered || called.status !== 401) wrong.push(`${path}: ${shown(called)}`);
    }
  }
  return wrong.length === 0 ? passed('401') : failed(wrong.join('; '));
}

function readAs<T extends z.ZodType>(
  called: Called,
  schema: T,
): { ok: true; value: z.output<T> } | { ok: false; why: string } {
  if (!called.answered || called.status !== 200) return { ok: false, why: shown(called) };
  const parsed = schema.safeParse(called.document);
  if (parsed.success) return { ok: true, value: parsed.data };
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return { ok: false, why: faults.join('; ') };
}
