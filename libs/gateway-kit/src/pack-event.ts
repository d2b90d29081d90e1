import type { StoredObject } from '@trunkline/bus';
import { sha256Hex, type Attachment, type EventData, type TrunklineEvent } from '@trunkline/events';
import type { InlineAsset } from './inline-asset.ts';

/** An event before it is stored; `assets` go to the object store first. */
export interface EventDraft {
  event: TrunklineEvent;
  fingerprint: string;
  /** Whether a repeat of the request would get the same id. */
  idempotent: boolean;
  assets: readonly InlineAsset[];
}

/** Bytes that go to the object store before the event does. */
export interface ObjectToStore {
  store: 'assets' | 'raw';
  name: string;
  object: StoredObject;
}

/** An event that fits into a message of the bus, with what was taken out of it. */
export interface EventPackage {
  event: TrunklineEvent;
  objects: ObjectToStore[];
}

/** Longest text and raw payload in a message, as the JSON that they are written in. */
const largestContent = 256 * 1024;
const largestRaw = 128 * 1024;

/**
 * Takes out of an event what is too large for a message, and gives its files URLs.
 *
 * `content_ref` names the text, `raw_ref` the raw payload as JSON. Objects are named by what they hold: a repeat stores the
 * same again, and a conflicting event cannot overwrite what the stored one refers to. Run it after the fingerprint was taken.
 */
export function packEvent(draft: EventDraft, urlOf: (assetId: string) => string | undefined): EventPackage {
  const objects: ObjectToStore[] = draft.assets.map(({ assetId, bytes, fileName, mediaType }) => ({
    store: 'assets',
    name: assetId,
    object: { bytes, fileName, mediaType },
  }));
  const { content, raw, ...rest } = draft.event.data;
  const data = { ...rest, ...packContent(content, { objects, urlOf }), ...packRaw(raw, objects) };
  return { event: { ...draft.event, data }, objects };
}

function packContent(
  content: EventData['content'],
  { objects, urlOf }: { objects: ObjectToStore[]; urlOf: (assetId: string) => string | undefined },
): Pick<EventData, 'content' | 'content_ref'> {
  if (content === undefined) return {};
  const files = content.attachments && { attachments: content.attachments.map((file) => link(file, urlOf)) };
  if (!exceeds(content.text, largestContent)) return { content: { ...content, ...files } };
  const bytes = Buffer.from(content.text);
  const name = put({ store: 'raw', prefix: 'content', bytes, mediaType: 'text/plain; charset=utf-8' }, objects);
  return { content_ref: name, ...(files && { content: { ...content, text: '', ...files } }) };
}

function packRaw(raw: unknown, objects: ObjectToStore[]): Pick<EventData, 'raw' | 'raw_ref'> {
  if (raw === undefined) return {};
  const bytes = Buffer.from(JSON.stringify(raw));
  if (bytes.length <= largestRaw) return { raw };
  return { raw_ref: put({ store: 'raw', prefix: 'raw', bytes, mediaType: 'application/json' }, objects) };
}

/** JSON writes a UTF-16 unit in at most six bytes, so short text needs no measuring. */
const exceeds = (text: string, limit: number) =>
  text.length * 6 > limit && Buffer.byteLength(JSON.stringify(text)) > limit;

function put(
  { store, prefix, bytes, mediaType }: { store: 'raw'; prefix: string; bytes: Buffer; mediaType: string },
  objects: ObjectToStore[],
): string {
  const name = `${prefix}_${sha256Hex(bytes).slice(0, 32)}`;
  objects.push({ store, name, object: { bytes, mediaType } });
  return name;
}

/** A file of ours gets a URL; one that lies elsewhere has its own. */
function link(file: Attachment, urlOf: (assetId: string) => string | undefined): Attachment {
  const url = file.url ?? urlOf(file.asset_id);
  return url === undefined ? file : { ...file, url };
}
