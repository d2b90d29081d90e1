import { parseConnector, type SlackConnector } from '@trunkline/config';
import type { Deliverer, Reconciled, StepOutcome } from '@trunkline/deliveries';
import { canonicalTarget, deliveryIdOf, readDelivery, targetKey, type Delivery } from '@trunkline/events';
import { createGuardedFetch } from '@trunkline/gateway-kit';
import type { ReadyEntry } from '@trunkline/inventory';
import { secretOf } from '@trunkline/secrets';
import { createChannelPauses } from '../deliver-pauses.ts';
import { createSlackDeliverer, type DeliverDeps } from '../deliver.ts';
import type { SlackStep } from '../render-step.ts';
import { createSlackApi } from '../web-client.ts';

/** A connector of this API; further tokens by workspace. */
export function slackEntry(
  apiUrl: string,
  { token = 'xoxb-1', teams = {}, ...fields }: { token?: string; teams?: Record<string, string> } & object = {},
): ReadyEntry<SlackConnector> {
  const team_bot_tokens = Object.entries(teams).map(([team_id, bot_token]) => ({ team_id, bot_token }));
  const wire = {
    name: 'team',
    api_base_url: apiUrl,
    bot_token: token,
    signing_secret: 's',
    team_bot_tokens,
    ...fields,
  };
  const read = parseConnector('slack', wire);
  if (!read.ok || read.connector.kind !== 'slack') throw new Error(JSON.stringify(read));
  const ofTeams = Object.entries(teams).map(([id, value]) => [`team_bot_tokens.${id}`, [secretOf(value)]]);
  return {
    ...{ kind: 'slack', name: 'team', source: 'file', state: 'ready', config: read.connector },
    secrets: { bot_token: [secretOf(token)], ...Object.fromEntries(ofTeams) },
  };
}

let counted = 0;

/** A delivery of an output to a place in Slack. */
export function deliveryOf(output: object, place: object = {}): Delivery {
  const target = canonicalTarget({ type: 'slack', connector: 'team', channel_id: 'C0GENERAL', ...place });
  const outputId = 'output_id' in output ? String(output.output_id) : `out_${(counted += 1)}`;
  const read = readDelivery({
    v: 1,
    delivery_id: deliveryIdOf('s', outputId, targetKey(target)),
    output_id: outputId,
    session_id: 's',
    target,
    output: { output_id: outputId, session_id: 's', ...output },
    created_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  if (!read.ok) throw new Error(read.problems.join());
  return read.value;
}

/** A deliverer for one connector, without a bus; what it lacks can be given. */
export function delivererFor(entry: ReadyEntry<SlackConnector>, more: Partial<DeliverDeps> = {}): Deliverer<SlackStep> {
  return createSlackDeliverer({
    bus: { objects: () => ({ put: async () => {}, get: async () => undefined }) },
    fetch: createGuardedFetch(),
    slack: createSlackApi(),
    connectors: { get: (name) => (name === entry.name ? entry : undefined) },
    assetUrls: { urlOf: () => undefined },
    pauses: createChannelPauses(Date.now),
    findPlatformIds: async () => ({ state: 'unknown_output', ids: [] }),
    now: Date.now,
    ...more,
  });
}

export interface Delivered {
  outcomes: StepOutcome[];
  /** By step. */
  reconciled: (Reconciled | undefined)[];
}

/** Makes each call of a delivery once, and asks, as if much later, about those whose outcome is unknown. */
export async function deliverOnce(deliverer: Deliverer<SlackStep>, delivery: Delivery): Promise<Delivered> {
  const outcomes: StepOutcome[] = [];
  const reconciled: Delivered['reconciled'] = [];
  for (const step of await deliverer.plan(delivery)) {
    const context = {
      delivery,
      attempt: step.index + 1,
      since: Date.now() - 60_000,
      idempotencyKey: `${delivery.delivery_id}.${step.index}`,
      platformIds: new Map<number, string>(),
      signal: new AbortController().signal,
    };
    const outcome = await deliverer.deliverStep(step, context);
    outcomes.push(outcome);
    reconciled.push(outcome.outcome === 'unknown' ? await deliverer.reconcile?.(step, context) : undefined);
  }
  return { outcomes, reconciled };
}
