import { z } from 'zod';
import { deliveryReadSchema } from './delivery.ts';
import { eventReadSchema } from './event.ts';
import { liveReadSchema } from './live.ts';
import { outputSchema } from './output.ts';
import { receiptReadSchema } from './receipt.ts';
import { replyTargetSchema } from './reply-target.ts';
import { turnReadSchema } from './turn.ts';

export type JsonSchema = Record<string, unknown>;

// What we write and others read: open for the fields of later versions.
const ours = {
  event: { title: 'Event', schema: eventReadSchema },
  turn: { title: 'Turn', schema: turnReadSchema },
  delivery: { title: 'Delivery', schema: deliveryReadSchema },
  receipt: { title: 'Receipt', schema: receiptReadSchema },
  live: { title: 'Live message', schema: liveReadSchema },
} as const;

// What others write: closed, so that a typing mistake is an error.
const theirs = {
  output: { title: 'Output', schema: outputSchema },
  reply_target: { title: 'Reply target', schema: replyTargetSchema },
} as const;

export type SchemaName = keyof typeof ours | keyof typeof theirs;

/** JSON Schema (2020-12) of each document on the bus, each complete in itself. */
export function eventSchemas(): Record<string, JsonSchema> {
  return { ...complete(ours, 'output'), ...complete(theirs, 'input') };
}

function complete(documents: typeof ours | typeof theirs, io: 'input' | 'output'): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(documents).map(([name, { title, schema }]) => {
      const $id = `urn:trunkline:schema:${name}:1`;
      return [name, { $id, title, ...z.toJSONSchema(schema, { io }) }];
    }),
  );
}

/** The same as components of one document, which refer to one another under `base`; draft 7, which AsyncAPI takes as it is. */
export function componentSchemas(base: string): Record<string, JsonSchema> {
  return { ...components(ours, { base, io: 'output' }), ...components(theirs, { base, io: 'input' }) };
}

function components(
  documents: typeof ours | typeof theirs,
  { base, io }: { base: string; io: 'input' | 'output' },
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [name, { schema }] of Object.entries(documents)) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { io, target: 'draft-7', uri: (id) => `${base}${id}` });
  return Object.fromEntries(
    Object.entries(documents).map(([name, { title }]) => [
      name,
      { ...schemas[name], title, $schema: undefined, $id: undefined },
    ]),
  );
}
