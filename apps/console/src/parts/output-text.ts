import { at, word, words } from './read-at.ts';

/** What an output says, whatever it consists of. */
export function outputText(output: unknown): string {
  const content = at(output, 'content');
  if (typeof content === 'string' && content !== '') return content;
  const parts = at(output, 'parts');
  if (Array.isArray(parts)) return parts.map((part) => at(part, 'text') || `[${word(at(part, 'type'))}]`).join(' ');
  const reaction = at(output, 'reaction', 'name');
  if (reaction !== undefined) return words('reacts with', reaction);
  if (at(output, 'delete_of') !== undefined) return words('takes back', at(output, 'delete_of'));
  return word(at(output, 'status'));
}
