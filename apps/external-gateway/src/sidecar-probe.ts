import { parseJson } from '@trunkline/gateway-kit';
import { healthSchema, manifestSchema, runtimeVersion, type Health, type Manifest } from '@trunkline/sidecar-sdk';
import { z } from 'zod';
import type { ExternalEntry } from './access.ts';
import type { CallSidecar } from './call-sidecar.ts';

/** What a sidecar says of itself, or why that cannot be had. */
export type Probed =
  { ok: true; health: Health; manifest: Manifest } | { ok: false; code: ProbeProblem; reason: string };

export type ProbeProblem =
  | 'unreachable'
  | 'token_refused'
  | 'address_not_allowed'
  | 'unsupported_version'
  | 'instance_mismatch'
  | 'answer_invalid';

export interface ProbeDeps {
  call: CallSidecar;
  now: () => number;
  /** For one answer. */
  timeoutMs: number;
  /** How long a manifest is believed. */
  manifestMs: number;
}

/** Asks one sidecar how it is. Its manifest is kept while its health names the same instance; make a new probe for a new base_url. */
export function createSidecarProbe(
  entry: () => ExternalEntry,
  deps: ProbeDeps,
): (signal?: AbortSignal) => Promise<Probed> {
  let kept: { manifest: Manifest; until: number } | undefined;
  return async (signal) => {
    const health = await ask(entry(), { path: '/health', schema: healthSchema, signal }, deps);
    if (!health.ok) return health;
    if (kept?.manifest.instance_id !== health.value.instance_id || deps.now() >= kept.until) {
      kept = undefined;
      const manifest = await ask(entry(), { path: '/manifest', schema: manifestSchema, signal }, deps);
      if (!manifest.ok) return manifest;
      if (manifest.value.instance_id !== health.value.instance_id) return mismatch;
      kept = { manifest: manifest.value, until: deps.now() + deps.manifestMs };
    }
    return { ok: true, health: health.value, manifest: kept.manifest };
  };
}

/** The version alone, read first: what another version's answer looks like is not ours to say. */
const versioned = z.object({ protocol_version: z.unknown().optional() });

const problem = (code: ProbeProblem, reason: string) => ({ ok: false, code, reason }) as const;
const mismatch = problem(
  'instance_mismatch',
  'Health and manifest name different instances: two sidecars share base_url.',
);

async function ask<T>(
  entry: ExternalEntry,
  { path, schema, signal }: { path: '/health' | '/manifest'; schema: z.ZodType<T>; signal: AbortSignal | undefined },
  { call, timeoutMs }: ProbeDeps,
): Promise<{ ok: true; value: T } | ReturnType<typeof problem>> {
  const result = await call(entry, { path, timeoutMs, ...(signal && { signal }) });
  if (result.kind === 'refused')
    return problem('address_not_allowed', `base_url may not be called (${result.reason}).`);
  if (result.kind === 'timeout') return problem('unreachable', `GET ${path} was not answered in time.`);
  if (result.kind === 'network_error') return problem('unreachable', `GET ${path} failed (${result.code}).`);
  const { status, truncated, body } = result;
  if (status === 401 || status === 403)
    return problem('token_refused', `GET ${path} was refused (${status}): shared_token differs.`);
  if (status < 200 || status > 299) return problem('unreachable', `GET ${path} was answered ${status}.`);
  const json = truncated ? undefined : parseJson(body);
  const value = json?.ok === true ? json.value : undefined;
  const version = versioned.safeParse(value);
  if (!version.success)
    return problem('answer_invalid', `GET ${path} was answered with something that is not of the contract.`);
  if (version.data.protocol_version !== runtimeVersion) {
    return problem(
      'unsupported_version',
      `GET ${path} is of another protocol_version; this gateway speaks ${runtimeVersion}.`,
    );
  }
  const read = schema.safeParse(value);
  return read.success
    ? { ok: true, value: read.data }
    : problem('answer_invalid', `GET ${path} was answered with something that is not of the contract.`);
}
