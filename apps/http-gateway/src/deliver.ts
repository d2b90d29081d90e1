import type { KeyObject } from 'node:crypto';
import type { HttpConnector } from '@trunkline/config';
import type { Allowed, Deliverer, Step, StepContext, StepOutcome } from '@trunkline/deliveries';
import { targetConnector, type Delivery, type ReplyHandle } from '@trunkline/events';
import { checkUrl, networkPolicy, type AssetUrls, type GuardedFetch, type NetworkPolicy } from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { validSecrets, type Secret } from '@trunkline/secrets';
import { httpOutcome } from './http-errors.ts';
import { renderDelivery } from './render.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { signingKeys } from './verify.ts';

export interface DeliverDeps {
  connectors: { get(name: string): InventoryEntry<HttpConnector> | undefined };
  fetch: GuardedFetch;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  /** Private ranges that targets without a connector may lie in (`TRUNKLINE_EGRESS_ALLOW_CIDRS`). */
  allowCidrs: readonly string[];
  now: () => number;
}

type RulesDeps = Pick<DeliverDeps, 'connectors' | 'allowCidrs' | 'now'>;

/** A delivery over HTTP is one request. */
export interface HttpStep extends Step {
  headers: Record<string, string>;
  body: string;
}

/** Delivers outputs by POST. A repeat bears the same ids, so that the receiver can tell. */
export function createHttpDeliverer(deps: DeliverDeps): Deliverer<HttpStep> {
  return {
    plan(delivery) {
      const connector = targetConnector(delivery.target).name;
      const rendered = renderDelivery(delivery, (assetId) => deps.assetUrls.urlOf({ connector, assetId }));
      return [{ index: 0, ...rendered }];
    },
    deliverStep: (step, context) => post(step, context, deps),
  };
}

async function post(
  step: HttpStep,
  { delivery, idempotencyKey, traceparent, signal }: StepContext,
  deps: DeliverDeps,
): Promise<StepOutcome> {
  const { target } = delivery;
  if (target.type !== 'http') return wrongKind(delivery);
  const found = rules(target, deps);
  if (!found.ok) return found.outcome;
  const { policy, keys, signedWith } = found;
  const headers = {
    'user-agent': 'Trunkline',
    ...target.headers,
    ...step.headers,
    ...webhookHeaders({ id: idempotencyKey, body: step.body }, keys, deps.now()),
    'idempotency-key': idempotencyKey,
    ...(traceparent !== undefined && { traceparent }),
  };
  const result = await deps.fetch({ url: target.url, policy, headers, body: step.body, signal });
  const outcome = httpOutcome(result, deps.now());
  if (outcome.outcome === 'delivered') signedWith?.markUsed();
  return outcome;
}

const wrongKind = ({ target }: Delivery): StepOutcome => ({
  outcome: 'refused',
  code: 'target_of_other_kind',
  reason: `A target of type ${target.type} came to the http gateway.`,
});

/** Whether a target may be called at all, as far as its URL alone tells; what its name leads to is judged when connecting. */
export function targetAllowed(target: ReplyHandle, deps: RulesDeps): Allowed {
  if (target.type !== 'http') return { allowed: false, reason: 'The target is not an http target.' };
  const found = rules(target, deps);
  // Without its connector nothing is known of the network rules; such a delivery is parked, not refused.
  if (!found.ok) return { allowed: true };
  const checked = checkUrl(target.url, found.policy);
  return checked.ok
    ? { allowed: true }
    : { allowed: false, reason: `The URL of the target is refused (${checked.reason}).` };
}

/** `signedWith` is the current one of the secrets behind the keys. */
type Rules =
  | { ok: true; policy: NetworkPolicy; keys: readonly KeyObject[]; signedWith?: Secret }
  | { ok: false; outcome: StepOutcome };

/** Network rules and signing keys are those of the connector that the target belongs to. */
function rules(target: ReplyHandle, { connectors, allowCidrs, now }: RulesDeps): Rules {
  const { name } = targetConnector(target);
  if (name === '_') return { ok: true, policy: networkPolicy({ allowCidrs }), keys: [] };
  const entry = connectors.get(name);
  if (entry?.state !== 'ready') return { ok: false, outcome: connectorAway };
  const policy = networkPolicy({ allowPrivate: entry.config.allow_private_network });
  if (entry.config.egress_signing_secret === undefined) return { ok: true, policy, keys: [] };
  const secrets = validSecrets(entry.secrets['egress_signing_secret'] ?? [], now());
  const usable = signingKeys('standard-webhooks', secrets);
  const keys = usable.map(({ key }) => key);
  const signedWith = usable[0]?.secret;
  // Unsigned is not what the receiver was promised.
  return signedWith ? { ok: true, policy, keys, signedWith } : { ok: false, outcome: noKey };
}

const connectorAway: StepOutcome = {
  outcome: 'retry',
  code: 'connector_unavailable',
  reason: 'The connector of the target cannot be used now.',
};

const noKey: StepOutcome = {
  outcome: 'park',
  code: 'signing_secret_unusable',
  reason: 'egress_signing_secret must be base64, with or without whsec_ in front.',
};
