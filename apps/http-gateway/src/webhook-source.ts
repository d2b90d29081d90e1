import type { DistinctHeaders, SignatureSchemeName } from './signature-schemes.ts';

/** What a platform's own webhooks say about themselves when no mapping does. */
export interface SourceFacts {
  /** Equal for every retry of one delivery. */
  deliveryId?: string;
  /** What the conversation is about: a repository, a customer, an object. */
  thing?: string;
  /** Kind of the event in the platform's words. */
  topic?: string;
}

/** Reads the facts that a scheme's senders put into headers and body; nothing without a scheme. */
export function sourceFacts(scheme: SignatureSchemeName | undefined, headers: DistinctHeaders, body: unknown): SourceFacts {
  return scheme === undefined ? {} : present(sources[scheme](headers, body));
}

/** What a body says, without what its sender changes from one retry to the next (Stripe counts the webhooks still to come). */
export function withoutRetryFields(scheme: SignatureSchemeName | undefined, body: unknown): unknown {
  if (scheme !== 'stripe' || typeof body !== 'object' || body === null || !('pending_webhooks' in body)) return body;
  const { pending_webhooks: _changes, ...says } = body;
  return says;
}

type Facts = Record<keyof SourceFacts, string | undefined>;

const sources: Record<SignatureSchemeName, (headers: DistinctHeaders, body: unknown) => Facts> = {
  'standard-webhooks': (headers, body) => ({
    deliveryId: headers['webhook-id']?.[0],
    thing: undefined,
    topic: at(body, 'type'),
  }),
  github: (headers, body) => ({
    deliveryId: headers['x-github-delivery']?.[0],
    thing: at(body, 'repository', 'full_name'),
    topic: headers['x-github-event']?.[0],
  }),
  stripe: (_headers, body) => ({
    deliveryId: at(body, 'id'),
    thing: at(body, 'data', 'object', 'customer') ?? at(body, 'data', 'object', 'customer', 'id') ?? at(body, 'data', 'object', 'id'),
    topic: at(body, 'type'),
  }),
  shopify: (headers, body) => ({
    deliveryId: headers['x-shopify-webhook-id']?.[0],
    thing: at(body, 'customer', 'id') ?? at(body, 'id'),
    topic: headers['x-shopify-topic']?.[0],
  }),
  'hmac-sha256-hex': () => ({ deliveryId: undefined, thing: undefined, topic: undefined }),
};

const present = (facts: Facts): SourceFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, text]) => text !== undefined && text.trim() !== ''));

/** A text or number at a path of own properties. */
function at(value: unknown, ...path: string[]): string | undefined {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
