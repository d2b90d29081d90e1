import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { UploadedFile } from './multipart.ts';

/** Arguments of one call, read as Telegram reads them: query, form and JSON alike, so each may be text or what it means. */
export class Args {
  readonly values: Record<string, unknown>;
  readonly files: Record<string, UploadedFile>;

  constructor(values: Record<string, unknown>, files: Record<string, UploadedFile> = {}) {
    this.values = values;
    this.files = files;
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value === 'string') return value;
    return value === undefined || value === null ? '' : JSON.stringify(value);
  }

  /** Undefined where it is absent, or no whole number. */
  int(name: string): number | undefined {
    const value = this.values[name];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes'].includes(this.text(name).toLowerCase());
  }

  /** Something that is JSON, or JSON in a string; `wrong` is what Telegram says of anything else. */
  json<T>(name: string, schema: z.ZodType<T>, wrong: string): T | undefined {
    const value = this.values[name];
    if (value === undefined || value === null || value === '') return undefined;
    const parsed = schema.safeParse(typeof value === 'string' ? parseJson(value) : value);
    if (!parsed.success) throw badRequest(wrong);
    return parsed.data;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Telegram reads numbers out of strings as well. */
export const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);

export const entitySchema = z.looseObject({
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  url: z.string().optional(),
  language: z.string().optional(),
});

export const replyParametersSchema = z.looseObject({
  message_id: wholeNumber,
  chat_id: z.union([z.int(), z.string()]).optional(),
  allow_sending_without_reply: z.boolean().optional(),
  quote: z.string().optional(),
});

const buttonSchema = z.looseObject({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
});

export const replyMarkupSchema = z.looseObject({ inline_keyboard: z.array(z.array(buttonSchema)).optional() });

export const reactionsSchema = z.array(z.looseObject({ type: z.string(), emoji: z.string().optional() }));

export const albumSchema = z.array(
  z.looseObject({
    type: z.string(),
    media: z.string(),
    caption: z.string().optional(),
    parse_mode: z.string().optional(),
    caption_entities: z.array(entitySchema).optional(),
  }),
);
