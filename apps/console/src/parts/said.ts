import { z } from 'zod';

const text = z.string().optional();

const partSchema = z.looseObject({
  type: z.string(),
  text,
  caption: text,
  file_name: text,
  media_type: text,
  byte_length: z.number().optional(),
  url: text,
  asset_id: text,
  rows: z.array(z.array(z.looseObject({ label: z.string() }))).optional(),
});

/** What an output says, as far as the page shows it: it comes without its bytes, and a newer consumer may say more. */
const saidSchema = z.looseObject({
  content: text,
  format: text,
  parts: z.array(partSchema).default([]),
  edit_of: text,
  delete_of: text,
  status: text,
  reply_to_message: text,
  reaction: z.looseObject({ name: z.string() }).optional(),
});

export interface Said {
  text: string;
  format: string | undefined;
  /** Its files and buttons, and what it does beside saying something. */
  lines: string[];
}

/** What an output says: its texts joined, files and buttons by name. */
export function saidIn(output: unknown): Said {
  const read = saidSchema.safeParse(output);
  if (!read.success) return { text: '', format: undefined, lines: [] };
  const { content, format, parts, edit_of, delete_of, reaction, status, reply_to_message } = read.data;
  const texts = [content, ...parts.map((part) => (part.type === 'text' ? part.text : part.caption))];
  const buttons = parts.flatMap(({ rows = [] }) => rows.flat().map(({ label }) => label));
  const lines = [
    ...parts.filter(({ type }) => type === 'attachment').map((file) => `File: ${fileName(file)}`),
    buttons.length > 0 && `Buttons: ${buttons.join(', ')}`,
    edit_of && `edits ${edit_of}`,
    delete_of && `takes back ${delete_of}`,
    reaction && `reacts with ${reaction.name}`,
    status && `status: ${status}`,
    reply_to_message && `answers message ${reply_to_message}`,
  ];
  return {
    text: texts.filter(Boolean).join('\n\n'),
    format,
    lines: lines.filter((line) => typeof line === 'string'),
  };
}

/** The same in one line. */
export function saidInLine(output: unknown): string {
  const { text, lines } = saidIn(output);
  return [text, ...lines].filter((each) => each !== '').join(' · ');
}

/** A file in one line. */
export function fileName(file: {
  file_name?: string | undefined;
  media_type?: string | undefined;
  byte_length?: number | undefined;
  asset_id?: string | undefined;
  url?: string | undefined;
}): string {
  const { file_name, media_type, byte_length, asset_id, url } = file;
  const size = byte_length === undefined ? undefined : `${byte_length.toLocaleString('en')} bytes`;
  return [file_name ?? asset_id ?? url ?? 'file', media_type, size].filter(Boolean).join(', ');
}
