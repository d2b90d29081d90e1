import { ApiError, badRequest } from './api-error.ts';
import { entitySchema, type Args } from './args.ts';
import { checkEntities } from './check-entities.ts';
import { detectEntities, mergeEntities } from './detect-entities.ts';
import type { MessageEntity } from './message.ts';
import { ParseFailure } from './parse-failure.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';
import { trimText } from './trim-text.ts';
import { z } from 'zod';

/** A text as Telegram keeps it, after entities parsing. */
export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** What a call says in `text` or `caption`, parsed, checked and trimmed as Telegram does it; throws its errors. */
export function formattedText(args: Args, field: 'text' | 'caption'): FormattedText {
  const entitiesField = field === 'text' ? 'entities' : 'caption_entities';
  const given = args.json(
    entitiesField,
    z.array(entitySchema),
    "can't parse entities: expected an Array of MessageEntity",
  );
  const parsed = parseText(args.text(field).replaceAll('\r', ''), args.text('parse_mode'));
  const named = parsed ?? { text: args.text(field), entities: checkEntities(args.text(field), given ?? []) };
  const { text, entities } = trimText(named);
  return { text, entities: mergeEntities(entities, detectEntities(text)) };
}

/** As it is kept, in a message with text: 1 to 4096 UTF-16 units. */
export function messageText(args: Args): FormattedText {
  if (args.text('text') === '') throw badRequest('message text is empty');
  const formatted = formattedText(args, 'text');
  if (formatted.text === '') throw badRequest('text must be non-empty');
  if (formatted.text.length > 4096) throw badRequest('message is too long');
  return formatted;
}

/** As it is kept, below a file: 0 to 1024 UTF-16 units. */
export function captionText(args: Args): FormattedText {
  const formatted = formattedText(args, 'caption');
  if (formatted.text.length > 1024) throw badRequest('message caption is too long');
  return formatted;
}

function parseText(text: string, parseMode: string): FormattedText | undefined {
  try {
    switch (parseMode.toLowerCase()) {
      case '':
      case 'none':
        return undefined;
      case 'markdownv2':
        return parseMarkdownV2(text);
      case 'html':
        return parseHtml(text);
      default:
        throw badRequest('unsupported parse_mode');
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (error instanceof ParseFailure) throw badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
}

/** The fields of a message that hold it; an empty list of entities is left out, as on the wire. */
export function textFields({ text, entities }: FormattedText): { text: string; entities?: MessageEntity[] } {
  return entities.length > 0 ? { text, entities } : { text };
}

/** The same for a caption; nothing for an empty one. */
export function captionFields({ text, entities }: FormattedText): {
  caption?: string;
  caption_entities?: MessageEntity[];
} {
  if (text === '') return {};
  return entities.length > 0 ? { caption: text, caption_entities: entities } : { caption: text };
}
