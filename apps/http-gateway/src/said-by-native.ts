import {
  canonicalTarget,
  ReplyTargetInvalidError,
  sha256Hex,
  type Attachment,
  type ReplyHandle,
} from '@trunkline/events';
import { parseJson } from '@trunkline/gateway-kit';
import { agreedKey, checkKey, idempotencyKeyHeader } from './idempotency-key.ts';
import { readInlineAsset, type InlineAsset } from '@trunkline/gateway-kit';
import { privilegedFields, readNative, type NativePayload } from './native-payload.ts';
import type { IncomingRequest, Reading, TranslatedConnector } from './normalize.ts';
import { isJsonType, mediaTypeOf } from './request-body.ts';
import { sourceFacts } from './webhook-source.ts';

/** Reads a native payload: what it says is in its fields, in our words. */
export function saidByNative(
  request: IncomingRequest,
  connector: TranslatedConnector,
): { batch: false; readings: Reading[] } {
  return { batch: false, readings: [read(request, connector)] };
}

function read(request: IncomingRequest, { config }: TranslatedConnector): Reading {
  // Also what keeps web pages from posting to an unauthenticated connector on this machine: they may not set this type.
  if (!isJsonType(mediaTypeOf(request.headers))) {
    return { ok: false, code: 'unsupported_media_type', detail: 'Send JSON with Content-Type: application/json.' };
  }
  const json = parseJson(request.body);
  if (!json.ok) return { ok: false, code: 'body_invalid', detail: json.problem.detail };
  const checked = readNative(json.value);
  if (!checked.ok) return { ok: false, code: 'payload_invalid', detail: checked.detail };
  const { payload } = checked;

  const [privileged] = request.authenticated ? [] : privilegedFields(payload);
  if (privileged !== undefined) {
    const detail = `${privileged} needs an authenticated connector: set bearer_token or signing_secret.`;
    return { ok: false, code: 'unauthenticated_field_refused', detail };
  }
  const key = eventKey(request, payload, config.signature_scheme);
  if (!key.ok) return { ok: false, code: 'idempotency_key_invalid', detail: key.detail };
  const targets = replyTargets(payload, config);
  if (!targets.ok) return { ok: false, code: targets.code, detail: targets.detail };
  const content = contentOf(payload);
  if (!content.ok) return { ok: false, code: 'payload_invalid', detail: content.detail };
  const said = {
    eventId: key.key,
    sessionId: payload.session_id,
    keys: { origin: 'payload' as const, keys: payload.binding_keys ?? [] },
    actorId: payload.actor_id,
    ...content.value,
    intent: payload.intent,
    relation: payload.relation,
    metadata: payload.metadata ?? {},
    replyTargets: targets.handles,
  };
  return { ok: true, said };
}

/** The caller's own key, else the id that the signature scheme gives every delivery: without it a replay would be a new event. */
function eventKey(
  request: IncomingRequest,
  payload: NativePayload,
  scheme: TranslatedConnector['config']['signature_scheme'],
) {
  const own = agreedKey(idempotencyKeyHeader(request.headers), payload.idempotency_key);
  if (!own.ok || own.key !== undefined) return own;
  const { deliveryId } = sourceFacts(scheme, request.headers, undefined);
  return deliveryId === undefined ? own : checkKey(deliveryId, 'The id of the delivery');
}

type Targets =
  | { ok: true; handles?: ReplyHandle[] }
  | { ok: false; code: 'reply_target_refused' | 'payload_invalid'; detail: string };

function replyTargets(payload: NativePayload, config: TranslatedConnector['config']): Targets {
  const { reply_plugin: plugin, reply_address: address, reply_targets: structured } = payload;
  const wanted = plugin === undefined ? structured : [{ plugin, address }];
  if (wanted === undefined) return { ok: true };
  if (!config.allow_payload_reply_targets) {
    const detail = 'This connector does not let payloads say where replies go (allow_payload_reply_targets).';
    return { ok: false, code: 'reply_target_refused', detail };
  }
  try {
    const handles = wanted.map((target) => canonicalTarget(target, { connector: { kind: 'http', name: config.name } }));
    // Another connector's network rules and signing secret are not this caller's to use.
    if (handles.some((handle) => handle.type === 'http' && handle.connector !== config.name)) {
      return {
        ok: false,
        code: 'reply_target_refused',
        detail: `An http target may name no connector but "${config.name}".`,
      };
    }
    return { ok: true, handles };
  } catch (error) {
    if (!(error instanceof ReplyTargetInvalidError)) throw error;
    return { ok: false, code: 'payload_invalid', detail: `${error.message} ${error.fix ?? ''}` };
  }
}

interface Content {
  text: string;
  attachments: Attachment[];
  assets: InlineAsset[];
}

function contentOf(payload: NativePayload): { ok: true; value: Content } | { ok: false; detail: string } {
  const attachments = (payload.attachments ?? []).map(attachmentOf);
  if (payload.input_items === undefined) {
    return { ok: true, value: { text: payload.content ?? '', attachments, assets: [] } };
  }
  const texts: string[] = [];
  const assets: InlineAsset[] = [];
  for (const item of payload.input_items) {
    if (item.type === 'text') texts.push(item.text);
    if (item.type === 'asset_reference') attachments.push({ asset_id: item.asset_id });
    if (item.type !== 'inline_asset') continue;
    const asset = readInlineAsset(item);
    if (asset === undefined)
      return { ok: false, detail: 'input_items: content_base64 must be base64 of at most 1 MiB.' };
    assets.push(asset);
    attachments.push(describe(asset));
  }
  return { ok: true, value: { text: texts.join('\n'), attachments, assets } };
}

const describe = ({ assetId, fileName, mediaType, bytes }: InlineAsset): Attachment => ({
  asset_id: assetId,
  file_name: fileName,
  media_type: mediaType,
  byte_length: bytes.length,
});

/** A file that lies elsewhere is known by its URL. */
function attachmentOf(attachment: NonNullable<NativePayload['attachments']>[number]): Attachment {
  const { asset_id: id, url } = attachment;
  return { ...attachment, asset_id: id ?? `ext_${sha256Hex(url ?? '').slice(0, 32)}` };
}
