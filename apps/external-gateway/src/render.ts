import type { Delivery, OutputPart } from '@trunkline/events';
import { runtimeVersion, type Asset, type DeliveryRequest } from '@trunkline/sidecar-sdk';
import { routeOf } from './reply-route.ts';

/** A file of an output: as the sidecar is told of it, or words in its place. */
export type RenderedFile = { asset: Asset } | { text: string };

/** Whether an output has anything that the external protocol can carry: words, or files. */
export function isSayable({ output }: Pick<Delivery, 'output'>): boolean {
  return output.content !== undefined || (output.parts ?? []).length > 0;
}

/**
 * An output as a sidecar gets it (spec 4.3). `content` is all of its text, for sidecars that read nothing else; `parts` is the same in its
 * order with the files, where there are parts. `files` are those of the attachment parts, in their order.
 */
export function renderDelivery(
  delivery: Delivery,
  call: { deliveryId: string; attempt: number; files: readonly RenderedFile[] },
): DeliveryRequest {
  const { output, target, session_id } = delivery;
  const parts = partsOf(output, [...call.files]);
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return {
    protocol_version: runtimeVersion,
    delivery_id: call.deliveryId,
    attempt: call.attempt,
    reply_route: target.type === 'external' ? routeOf(target.route) : null,
    conversation: { session_id, thread_id: null },
    content: texts.join('\n\n'),
    ...(output.parts !== undefined && { parts }),
    metadata: metadataOf(delivery),
  };
}

type Parts = NonNullable<DeliveryRequest['parts']>;

function partsOf({ content, parts = [] }: Delivery['output'], files: RenderedFile[]): Parts {
  const all: Parts = content === undefined ? [] : [{ type: 'text', text: content }];
  for (const part of parts) all.push(...rendered(part, files));
  return all;
}

function rendered(part: OutputPart, files: RenderedFile[]): Parts {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text }];
    case 'buttons':
      return [{ type: 'text', text: part.rows.flat().map(buttonLine).join('\n') }];
    case 'attachment': {
      const file = files.shift();
      const caption: Parts = part.caption === undefined ? [] : [{ type: 'text', text: part.caption }];
      if (file === undefined) return caption;
      return [...caption, 'asset' in file ? { type: 'attachment', attachment: file.asset } : { type: 'text', ...file }];
    }
  }
}

type Button = Extract<OutputPart, { type: 'buttons' }>['rows'][number][number];

/** The protocol has no buttons: a list of what could be pressed. */
const buttonLine = ({ label, url }: Button) => (url === undefined ? `- ${label}` : `- ${label}: ${url}`);

/** The consumer's own, and what our platform knows beside it. */
function metadataOf({ output, turn_id }: Delivery): Record<string, unknown> {
  const ours = {
    output_id: output.output_id,
    turn_id,
    format: output.format ?? 'markdown',
    edit_of: output.edit_of,
    reply_to_message: output.reply_to_message,
  };
  const given = Object.entries(ours).filter(([, value]) => value !== undefined);
  return { ...output.metadata, ...Object.fromEntries(given.map(([key, value]) => [`trunkline.${key}`, value])) };
}
