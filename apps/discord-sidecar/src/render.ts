import { createHash } from 'node:crypto';
import type { Asset, Delivery } from '@trunkline/sidecar-sdk';
import { chunkText } from './chunk-text.ts';
import { discordMarkdown, plainText } from './discord-markdown.ts';

/** One message to post. */
export interface Step {
  content: string;
  files: Asset[];
  /** The same for the same step of the same delivery, however often it is tried. */
  nonce: string;
}

/** Discord's, for a bot in a server that has no boosts. */
const maxFileBytes = 10 * 1024 * 1024;
const maxFiles = 10;
const nonceLength = 25;

type Said = { text: string } | { file: Asset };
type Sayable = Pick<Delivery, 'delivery_id' | 'content' | 'parts' | 'artifacts' | 'metadata'>;

/** A delivery as messages: text in pieces, files on the piece that they follow. */
export function render(delivery: Sayable): Step[] {
  const drafts: { content: string; files: Asset[] }[] = [];
  for (const said of joined(saidBy(delivery))) {
    if ('text' in said) drafts.push(...chunkText(said.text).map((content) => ({ content, files: [] })));
    else addFile(drafts, said.file);
  }
  return drafts.map((draft, index) => ({ ...draft, nonce: nonceOf(delivery.delivery_id, index) }));
}

/** At most 25 characters is what Discord takes. */
export function nonceOf(deliveryId: string, index: number): string {
  return createHash('sha256').update(`${deliveryId}\n${index}`).digest('base64url').slice(0, nonceLength);
}

/** `parts`, where there are any, are all of it in order; artifacts that none of them names come last. */
function saidBy({ content, parts, artifacts, metadata }: Sayable): Said[] {
  const inForm = isPlain(metadata) ? plainText : discordMarkdown;
  const said: Said[] = parts.map((part) =>
    part.type === 'text' ? { text: inForm(part.text) } : fileOrNote(part.attachment),
  );
  const named = new Set(parts.map((part) => (part.type === 'attachment' ? part.attachment.id : undefined)));
  const rest = artifacts.filter(({ id }) => !named.has(id)).map(fileOrNote);
  return [...(parts.length > 0 ? said : [{ text: inForm(content) }]), ...rest];
}

/** What Discord would not take is named, rather than holding up all the rest. */
function fileOrNote(asset: Asset): Said {
  if ((asset.byte_length ?? 0) <= maxFileBytes) return { file: asset };
  const megabytes = Math.ceil((asset.byte_length ?? 0) / 1024 / 1024);
  return { text: `[${plainText(asset.file_name ?? 'file')}: ${megabytes} MB, too large for Discord]` };
}

const isPlain = (metadata: unknown): boolean =>
  typeof metadata === 'object' &&
  metadata !== null &&
  'trunkline.format' in metadata &&
  metadata['trunkline.format'] === 'plain';

/** Texts that follow each other are one, with a blank line between. */
function joined(all: Said[]): Said[] {
  const result: Said[] = [];
  for (const said of all) {
    const last = result.at(-1);
    if (last && 'text' in last && 'text' in said) last.text += `\n\n${said.text}`;
    else result.push({ ...said });
  }
  return result;
}

function addFile(drafts: { content: string; files: Asset[] }[], file: Asset): void {
  const last = drafts.at(-1);
  const size = (files: Asset[]) => files.reduce((sum, { byte_length }) => sum + (byte_length ?? 0), 0);
  const fits = last && last.files.length < maxFiles && size([...last.files, file]) <= maxFileBytes;
  if (fits) last.files.push(file);
  else drafts.push({ content: '', files: [file] });
}
