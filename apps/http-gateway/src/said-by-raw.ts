import { checkKey, idempotencyKeyHeader, type KeyRead } from './idempotency-key.ts';
import type { IncomingRequest, Reading, TranslatedConnector } from './normalize.ts';
import { readRaw, type RawPayload } from './raw-payload.ts';
import { withoutRetryFields } from './webhook-source.ts';

/** Reads any body by the connector's mapping, or by what its platform's webhooks say about themselves. */
export function saidByRaw(
  request: IncomingRequest,
  connector: TranslatedConnector,
): { batch: false; readings: Reading[] } {
  return { batch: false, readings: [read(request, connector)] };
}

function read(request: IncomingRequest, { config, mapping }: TranslatedConnector): Reading {
  const raw = readRaw(request, { scheme: config.signature_scheme, mapping });
  if (!raw.ok) return raw;
  const { mapped, facts, text, body } = raw.payload;
  const key = eventKey(request, raw.payload);
  if (!key.ok) return { ok: false, code: 'idempotency_key_invalid', detail: key.detail };
  if (mapped.ignored) return { ok: false, ignored: { eventId: key.key, reason: 'ignore_if' } };
  const tooLong = [mapped.actorId, mapped.intent].some((value) => value !== undefined && value.length > 200);
  if (tooLong || mapped.bindingKeys.some((value) => value.length > 512)) {
    return {
      ok: false,
      code: 'mapping_failed',
      detail: 'actor_id and intent may be 200 characters long, a binding key 512.',
    };
  }
  const said = {
    eventId: key.key,
    keys: { origin: 'payload' as const, keys: mapped.bindingKeys },
    fallbackKey: `http:${config.name}${facts.thing === undefined ? '' : `:${facts.thing}`}`.slice(0, 512),
    actorId: mapped.actorId,
    text,
    intent: mapped.intent,
    metadata: facts.topic === undefined ? {} : { topic: facts.topic.slice(0, 200) },
    raw: body,
    payload: withoutRetryFields(config.signature_scheme, body),
  };
  return { ok: true, said };
}

/** The mapping's key, the header, the delivery id of the platform: the first there is. */
function eventKey(request: IncomingRequest, { mapped, facts }: RawPayload): KeyRead {
  if (mapped.idempotencyKey !== undefined) return checkKey(mapped.idempotencyKey, 'The mapped idempotency_key');
  const header = idempotencyKeyHeader(request.headers);
  if (!header.ok || header.key !== undefined || facts.deliveryId === undefined) return header;
  return checkKey(facts.deliveryId, 'The id of the delivery');
}
