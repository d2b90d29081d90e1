import { isJson, type Json } from './json.ts';

/** What is wrong with blocks, and where: the path is a JSON pointer below `blocks`. */
export interface BlockFault {
  error: 'invalid_blocks' | 'msg_blocks_too_long';
  message: string;
}

const knownTypes = new Set([
  'actions',
  'call',
  'context',
  'context_actions',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'markdown',
  'plan',
  'rich_text',
  'section',
  'table',
  'task_card',
  'video',
]);

const markdownLimit = 12_000;

/** Block Kit's limits that senders run into; undefined when the blocks are fine. At most 50 is checked by the caller. */
export function checkBlocks(blocks: readonly Json[]): BlockFault | undefined {
  const markdown = blocks
    .filter(({ type }) => type === 'markdown')
    .reduce((sum, block) => sum + lengthOf(block['text']), 0);
  if (markdown > markdownLimit)
    return { error: 'msg_blocks_too_long', message: `markdown blocks over ${markdownLimit}` };
  for (const [index, block] of blocks.entries()) {
    const wrong = checkBlock(block);
    if (wrong) return { error: 'invalid_blocks', message: `${wrong} [json-pointer:/blocks/${index}]` };
  }
  const ids = blocks.map((block) => block['block_id']).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) return { error: 'invalid_blocks', message: 'block_id is not unique' };
  return undefined;
}

function checkBlock(block: Json): string | undefined {
  if (typeof block['type'] !== 'string' || !knownTypes.has(block['type']))
    return `unsupported type: ${String(block['type'])}`;
  if (lengthOf(block['block_id']) > 255) return 'must be at most 255 characters: block_id';
  switch (block['type']) {
    case 'section':
      return checkSection(block);
    case 'header':
      return checkText(block['text'], { max: 150, types: ['plain_text'] });
    case 'actions':
      return checkElements(block['elements'], 25);
    case 'context':
      return Array.isArray(block['elements']) && block['elements'].length <= 10 ? undefined : 'at most 10 elements';
    case 'image':
      return block['alt_text'] === undefined ? 'missing required field: alt_text' : undefined;
    case 'markdown':
      return lengthOf(block['text']) === 0 ? 'must be more than 0 characters: text' : undefined;
    case 'table':
      return checkTable(block);
    default:
      return undefined;
  }
}

function checkSection(block: Json): string | undefined {
  const fields = block['fields'];
  if (block['text'] === undefined && fields === undefined) return 'missing required field: text';
  if (fields !== undefined && (!Array.isArray(fields) || fields.length > 10)) return 'at most 10 fields';
  const texts = Array.isArray(fields) ? fields : [];
  const wrong = texts.map((field) => checkText(field, { max: 2_000 })).find((message) => message !== undefined);
  if (wrong) return wrong;
  if (isJson(block['accessory'])) {
    const element = checkElement(block['accessory']);
    if (element) return element;
  }
  return block['text'] === undefined ? undefined : checkText(block['text'], { max: 3_000 });
}

function checkElements(elements: unknown, max: number): string | undefined {
  if (!Array.isArray(elements) || elements.length === 0 || elements.length > max) return `1 to ${max} elements`;
  const ids = elements
    .map((element) => (isJson(element) ? element['action_id'] : undefined))
    .filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) return 'action_id is not unique';
  return elements.map(checkElement).find((message) => message !== undefined);
}

function checkElement(element: unknown): string | undefined {
  if (!isJson(element)) return 'an element must be an object';
  if (lengthOf(element['action_id']) > 255) return 'must be at most 255 characters: action_id';
  if (element['type'] !== 'button') return undefined;
  if (lengthOf(element['value']) > 2_000) return 'must be at most 2000 characters: value';
  return checkText(element['text'], { max: 75, types: ['plain_text'] });
}

function checkTable(block: Json): string | undefined {
  const rows = block['rows'];
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > 100) return '1 to 100 rows';
  return rows.every((row) => Array.isArray(row) && row.length <= 20) ? undefined : 'at most 20 cells in a row';
}

function checkText(text: unknown, limits: { max: number; types?: string[] }): string | undefined {
  const types = limits.types ?? ['plain_text', 'mrkdwn'];
  if (!isJson(text) || !types.includes(String(text['type']))) return `text must be of ${types.join(' or ')}`;
  const length = lengthOf(text['text']);
  if (length === 0) return 'must be more than 0 characters: text';
  return length > limits.max ? `must be at most ${limits.max} characters: text` : undefined;
}

const lengthOf = (text: unknown) => (typeof text === 'string' ? text.length : 0);
