import { targetConnector, type Delivery, type OutputPart } from '@trunkline/events';
import { parseMarkdown, toHtml, toPlainText } from '@trunkline/markdown';

/** The body of a delivery and the headers that describe it; what belongs to one attempt (time, signature) comes later. */
export interface RenderedDelivery {
  headers: Record<string, string>;
  body: string;
}

/**
 * An output as an HTTP receiver gets it: what the consumer wrote (`content`, `parts`), and the whole of its text as `text`,
 * `markdown` and `html`. Headers are a CloudEvent in binary mode.
 */
export function renderDelivery(delivery: Delivery, urlOf: (assetId: string) => string | undefined): RenderedDelivery {
  const { output } = delivery;
  const body = {
    delivery_id: delivery.delivery_id,
    output_id: delivery.output_id,
    session_id: delivery.session_id,
    turn_id: delivery.turn_id,
    created_at: delivery.created_at,
    content: output.content,
    format: output.format ?? 'markdown',
    parts: output.parts?.map((part) => linked(part, urlOf)),
    ...textForms(delivery),
    reply_to_message: output.reply_to_message,
    edit_of: output.edit_of,
    delete_of: output.delete_of,
    reaction: output.reaction,
    status: output.status,
    metadata: output.metadata,
  };
  return { headers: cloudEventHeaders(delivery), body: JSON.stringify(body) };
}

/** A file of ours gets a URL that needs no token of ours. */
function linked(part: OutputPart, urlOf: (assetId: string) => string | undefined): OutputPart {
  if (part.type !== 'attachment' || part.asset_id === undefined) return part;
  const url = urlOf(part.asset_id);
  return url === undefined ? part : { ...part, url };
}

/** One passage in its three forms; markdown is parsed once for all of them. */
interface TextForms {
  text: string;
  markdown: string;
  html: string;
}

/** Everything that was said, in three forms. Nothing said (a reaction, a deletion) has none. */
function textForms({ output }: Delivery): TextForms | undefined {
  const isPlain = (format: string | undefined) => (format ?? output.format) === 'plain';
  const passages: TextForms[] = [];
  if (output.content !== undefined) passages.push(passage(output.content, isPlain(undefined)));
  for (const part of output.parts ?? []) {
    if (part.type === 'text') passages.push(passage(part.text, isPlain(part.format)));
    if (part.type === 'attachment' && part.caption !== undefined)
      passages.push(passage(part.caption, isPlain(undefined)));
  }
  if (passages.length === 0) return undefined;
  const all = (form: keyof TextForms) => passages.map((each) => each[form]).join('\n\n');
  return { text: all('text'), markdown: all('markdown'), html: all('html') };
}

function passage(text: string, plain: boolean): TextForms {
  if (plain)
    return { text, markdown: escapeMarkdown(text), html: `<p>${escapeHtml(text).replace(/\n/g, '<br>\n')}</p>` };
  const tree = parseMarkdown(text);
  return { text: toPlainText(tree), markdown: text, html: toHtml(tree) };
}

const escapeMarkdown = (text: string) => text.replace(/[\\`*_{}[\]()<>#+\-.!|~&]/g, '\\$&').replace(/\n/g, '\\\n');

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character);

function cloudEventHeaders(delivery: Delivery): Record<string, string> {
  const attributes = {
    specversion: '1.0',
    id: delivery.delivery_id,
    source: `/connectors/http/${targetConnector(delivery.target).name}`,
    type: typeOf(delivery),
    subject: delivery.output_id,
    time: delivery.created_at,
  };
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeHeader(value)]);
  return { 'content-type': 'application/json', ...Object.fromEntries(headers) };
}

function typeOf({ output }: Delivery): string {
  if (output.delete_of !== undefined) return 'trunkline.output.deleted';
  if (output.edit_of !== undefined) return 'trunkline.output.edited';
  if (output.reaction !== undefined) return 'trunkline.output.reaction';
  if (output.content === undefined && output.parts === undefined && output.status !== undefined)
    return 'trunkline.output.status';
  return 'trunkline.output.created';
}

/** Percent-encodes what the HTTP binding of CloudEvents wants encoded: all but printable ASCII, and space, quote, percent. */
const encodeHeader = (value: string) =>
  value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]+/gu, (unsafe) => encodeURIComponent(unsafe));
