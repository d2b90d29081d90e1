import type { DistinctHeaders, SignatureSchemeName } from './signature-schemes.ts';

/** What a platform's own webhooks say about themselves when no mapping does. */
export interface SourceFacts {
  /** Equal for every retry of one delivery. */
  deliveryId?: string | undefined;
  /** What the conversation is about: a repository, a customer, an object. */
  thing?: string | undefined;
  /** Kind of the event in the platform's words. */
  topic?: string | undefined;
}

/** Reads the facts that a scheme's senders put into headers and body; nothing without a scheme. */
export function sourceFacts(
  scheme: SignatureSchemeName | undefined,
  headers: DistinctHeaders,
  body: unknown,
): SourceFacts {
  return scheme === undefined ? {} : sources[scheme](headers, body);
}

/** What a body says, without what its sender changes from one retry to the next (Stripe counts the webhooks still to come). */
export function withoutRetryFields(scheme: SignatureSchemeName | undefined, body: unknown): unknown {
  if (scheme !== 'stripe' || typeof body !== 'object' || body === null || !('pending_webhooks' in body)) return body;
  const { pending_webhooks: _changes, ...says } = body;
  return says;
}

const sources: Record<SignatureSchemeName, (headers: DistinctHeaders, body: unknown) => SourceFacts> = {
  'standard-webhooks': (headers, body) => ({
    deliveryId: header(headers, 'webhook-id'),
    topic: at(body, 'type'),
  }),
  github: (headers, body) => ({
    deliveryId: header(headers, 'x-github-delivery'),
    thing: at(body, 'repository', 'full_name'),
    topic: header(headers, 'x-github-event'),
  }),
  stripe: (_headers, body) => ({
    deliveryId: at(body, 'id'),
    thing:
      at(body, 'data', 'object', 'customer') ??
      at(body, 'data', 'object', 'customer', 'id') ??
      at(body, 'data', 'object', 'id'),
    topic: at(body, 'type'),
  }),
  shopify: (headers, body) => ({
    deliveryId: header(headers, 'x-shopify-webhook-id'),
    thing: at(body, 'customer', 'id') ?? at(body, 'id'),
    topic: header(headers, 'x-shopify-topic'),
  }),
  'hmac-sha256-hex': () => ({}),
};

const unlessBlank = (text: string | undefined) => (text === undefined || text.trim() === '' ? undefined : text);

const header = (headers: DistinctHeaders, name: string) => unlessBlank(headers[name]?.[0]);

/** A text or number at a path of own properties. */
function at(value: unknown, ...path: string[]): string | undefined {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return typeof found === 'string' || typeof found === 'number' ? unlessBlank(String(found)) : undefined;
}
