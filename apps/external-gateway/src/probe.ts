import { callOwnIngress, type Found, type OwnIngress, type Probe, type TrialRequest } from '@trunkline/gateway-kit';
import { validSecrets } from '@trunkline/secrets';
import { sharedTokens, type ExternalEntry } from './access.ts';
import type { CallSidecar } from './call-sidecar.ts';
import { createSidecarProbe, type Probed, type ProbeProblem } from './sidecar-probe.ts';
import type { SidecarRecords } from './start-sidecars.ts';

export interface ProbeDeps extends OwnIngress {
  /** This gateway process. */
  gateway: string;
  sidecars: SidecarRecords;
  call: CallSidecar;
  now: () => number;
}

/**
 * Tries an external connector: health and manifest of its sidecar, and a question for a receipt through our own ingress with the
 * shared token, which proves that the sidecar is let in. A child process is reached on the machine of the gateway that runs it.
 */
export function externalProbe(deps: ProbeDeps): Probe<'external'> {
  return async (entry) => {
    const record = entry.config.mode === 'child_process' ? await deps.sidecars.record(entry.name) : undefined;
    if (record && record.status !== 'stopped' && record.gateway !== deps.gateway) return { askGateway: record.gateway };
    return [
      { name: 'sidecar', run: (signal) => trySidecar(entry, signal, deps) },
      { name: 'ingress', run: (signal) => callIngress(entry, signal, deps) },
    ];
  };
}

async function trySidecar(entry: ExternalEntry, signal: AbortSignal, { call, now }: ProbeDeps): Promise<Found> {
  const probe = createSidecarProbe(() => entry, { call, now, timeoutMs: 5_000, manifestMs: 0 });
  return judge(await probe(signal), entry);
}

function judge(probed: Probed, { config }: ExternalEntry): Found {
  if (!probed.ok) {
    const remedy = probed.code === 'unreachable' && config.mode === 'child_process' ? ofChild : remedies[probed.code];
    return { outcome: 'failed', detail: `${probed.reason} ${remedy}` };
  }
  const { health, manifest } = probed;
  const said = `It says "${health.status}"${health.detail === undefined ? '' : ` (${health.detail})`}`;
  const instance = `instance ${manifest.instance_id}, protocol ${manifest.protocol_version}`;
  return health.status === 'ready'
    ? { outcome: 'ok', detail: `${said}; ${instance}.` }
    : { outcome: 'failed', detail: `${said}; ${instance}. Look at the log of the sidecar.` };
}

const remedies: Readonly<Record<ProbeProblem, string>> = {
  unreachable: 'Start the sidecar, and check base_url and the network between it and this gateway.',
  token_refused: 'Give both sides the same token.',
  address_not_allowed: 'Set allow_private_network if it is meant to be on a private address.',
  unsupported_version: 'Update the sidecar or the gateway.',
  instance_mismatch: 'Give each sidecar a base_url of its own.',
  answer_invalid: 'Check what answers at base_url: trunkline sidecar check tells what is wrong with it.',
};
const ofChild = 'Look at its lines in the log of this gateway; check command, args and the port of base_url.';

/** No event has this id: whoever is let in hears that there is none. */
const noEvent = 'trunkline-probe';

function callIngress(entry: ExternalEntry, signal: AbortSignal, deps: ProbeDeps): Promise<Found> {
  const tokens = sharedTokens(entry);
  const [current] = validSecrets(tokens ?? [], deps.now());
  const trial: TrialRequest = {
    path: `/v1/connectors/external/${encodeURIComponent(entry.name)}/events/${noEvent}`,
    method: 'GET',
    headers: current ? { authorization: `Bearer ${current.expose().trim()}` } : {},
    signal,
    proves: tokens !== undefined,
    isLetIn: ({ status, text }) => status === 404 && text.includes('event_not_found'),
  };
  return callOwnIngress(trial, deps);
}
