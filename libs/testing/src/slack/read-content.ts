import { checkBlocks } from './check-blocks.ts';
import { isJson, type Json } from './json.ts';
import { refuse, textArg, type Answer, type Args } from './method.ts';

const maxText = 40_000;
const maxMarkdown = 12_000;
const maxBlocks = 50;
const maxAttachments = 100;
const maxMetadata = 16_000;

/** What a message says. `truncated`: its text was cut, which the answer has to warn of. */
export interface Content {
  text: string;
  blocks?: Json[];
  attachments?: Json[];
  metadata?: Json;
  truncated: boolean;
}

/** What differs between methods: the documented name of each refusal, and whether they know metadata. */
export interface ContentRules {
  tooManyBlocks: 'invalid_blocks' | 'msg_blocks_too_many';
  tooLongBlocks: 'msg_blocks_too_long' | 'msg_too_long';
  badAttachments: 'invalid_attachments' | 'invalid_arguments';
  metadata: boolean;
  /** Longer texts are `msg_too_long`; without it they are cut at 40,000 characters. */
  maxText?: number;
}

/** Reads text, markdown_text, blocks, attachments and metadata as Slack checks them; the error is an answer. */
export function readContent(args: Args, rules: ContentRules): { content: Content } | { refusal: Answer } {
  const text = textArg(args, 'text');
  const markdown = textArg(args, 'markdown_text');
  const lists = readLists(args, rules);
  if ('refusal' in lists) return lists;
  const { blocks, attachments } = lists;
  if (markdown && (text || blocks)) return no('markdown_text_conflict');
  if (markdown.length > maxMarkdown) return no(rules.tooLongBlocks);
  if (rules.maxText && text.length > rules.maxText) return no('msg_too_long');
  if (blocks) {
    const refusal = refuseBlocks(blocks, rules);
    if (refusal) return { refusal };
  }
  if (attachments && attachments.length > maxAttachments) return no('too_many_attachments');
  if (!text && !markdown && !blocks?.length && !attachments?.length) return no('no_text');
  const metadata = rules.metadata ? readMetadata(args['metadata']) : {};
  if ('refusal' in metadata) return metadata;
  return {
    content: {
      text: (text || markdown).slice(0, maxText),
      ...(markdown
        ? { blocks: [{ type: 'markdown', text: markdown }] }
        : blocks?.length && { blocks: numbered(blocks) }),
      ...(attachments?.length && { attachments }),
      ...metadata,
      truncated: text.length > maxText,
    },
  };
}

/** Checks blocks that come by themselves, as `stopStream` takes them. */
export function refuseBlocks(
  blocks: Json[],
  rules: Pick<ContentRules, 'tooManyBlocks' | 'tooLongBlocks'>,
): Answer | undefined {
  if (blocks.length > maxBlocks)
    return withMessage(rules.tooManyBlocks, `no more than ${maxBlocks} items allowed [json-pointer:/blocks]`);
  const fault = checkBlocks(blocks);
  return fault && withMessage(fault.error === 'invalid_blocks' ? fault.error : rules.tooLongBlocks, fault.message);
}

/** Reads metadata: an event_type and an event_payload, or nothing. */
export function readMetadata(value: unknown): { metadata?: Json } | { refusal: Answer } {
  if (value === undefined || value === null || value === '') return {};
  if (!isJson(value) || typeof value['event_type'] !== 'string' || !isJson(value['event_payload'])) {
    return no('invalid_metadata_format');
  }
  if (JSON.stringify(value).length > maxMetadata) return no('metadata_too_large');
  return { metadata: { event_type: value['event_type'], event_payload: value['event_payload'] } };
}

/** Reads a list of objects; undefined when it is not there, a refusal when it is something else. */
export function readList(value: unknown, error: string): { list?: Json[] } | { refusal: Answer } {
  if (value === undefined || value === null || value === '') return {};
  return Array.isArray(value) && value.every(isJson) ? { list: value } : no(error);
}

/** What an answer adds when the text was cut. */
export const truncationWarning = ({ truncated }: Pick<Content, 'truncated'>): Json =>
  truncated ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {};

function readLists(args: Args, rules: ContentRules): { blocks?: Json[]; attachments?: Json[] } | { refusal: Answer } {
  const blocks = readList(args['blocks'], 'invalid_blocks_format');
  if ('refusal' in blocks) return blocks;
  const attachments = readList(args['attachments'], rules.badAttachments);
  if ('refusal' in attachments) return attachments;
  return { ...(blocks.list && { blocks: blocks.list }), ...(attachments.list && { attachments: attachments.list }) };
}

/** Slack gives blocks ids, and actions too, which come back in `block_actions`. */
function numbered(blocks: Json[]): Json[] {
  return blocks.map((block, index) => ({ block_id: `b${index}`, ...block }));
}

const no = (error: string) => ({ refusal: refuse(error) });

const withMessage = (error: string, message: string) =>
  refuse(error, { errors: [message], response_metadata: { messages: [`[ERROR] ${message}`] } });
