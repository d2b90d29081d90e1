import type { StoredObject } from '@trunkline/bus';
import { sha256Hex, type Attachment, type TrunklineEvent } from '@trunkline/events';
import type { EventDraft } from './normalize.ts';

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

const largestContent = 256 * 1024;
const largestRaw = 128 * 1024;
/** JSON writes a character in at most six bytes, so shorter text needs no measuring. */
const surelySmall = Math.floor(largestContent / 6) - 4096;

/**
 * Takes out of an event what is too large for a message, and names its files' URLs.
 *
 * Objects are named by their content: a repeat stores the same again, and a conflicting event cannot overwrite what the
 * stored one refers to. Run it after the fingerprint was taken.
 */
export function packEvent(draft: EventDraft, urlOf: (assetId: string) => string | undefined): EventPackage {
  const objects: ObjectToStore[] = draft.assets.map(({ assetId, bytes, fileName, mediaType }) => ({
    store: 'assets',
    name: assetId,
    object: { bytes, fileName, mediaType },
  }));
  const { content, raw, ...rest } = draft.event.data;
  const linked = content?.attachments ? { ...content, attachments: content.attachments.map((file) => link(file, urlOf)) } : content;
  const data = {
    ...rest,
    ...(linked && (linked.text.length > surelySmall || (linked.attachments?.length ?? 0) > 0)
      ? aside('content', linked, { limit: largestContent, objects })
      : linked && { content: linked }),
    ...(raw !== undefined && aside('raw', raw, { limit: largestRaw, objects })),
  };
  return { event: { ...draft.event, data }, objects };
}

/** A file of ours gets a URL; one that lies elsewhere has its own. */
function link(file: Attachment, urlOf: (assetId: string) => string | undefined): Attachment {
  const url = file.url ?? urlOf(file.asset_id);
  return url === undefined ? file : { ...file, url };
}

function aside<F extends 'content' | 'raw', V>(
  field: F,
  value: V,
  { limit, objects }: { limit: number; objects: ObjectToStore[] },
): { [K in F]?: V } & { content_ref?: string; raw_ref?: string } {
  const json = Buffer.from(JSON.stringify(value));
  const kept: { [K in F]?: V } = {};
  if (json.length <= limit) {
    kept[field] = value;
    return kept;
  }
  const name = `${field}_${sha256Hex(json).slice(0, 32)}`;
  objects.push({ store: 'raw', name, object: { bytes: json, mediaType: 'application/json' } });
  return { ...kept, [`${field}_ref`]: name };
}
