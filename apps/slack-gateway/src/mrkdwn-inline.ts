import { inlineText, type MarkdownNode } from '@trunkline/markdown';
import { escapeMrkdwn, gap, literalMrkdwn, sticksTo } from './mrkdwn-text.ts';

type Mark = '*' | '_' | '~';
interface Piece {
  text: string;
  /** Begins and ends with a mark, which needs the border of a word beside it. */
  marked: boolean;
}

const marks: Readonly<Record<string, Mark>> = { strong: '*', emphasis: '_', delete: '~' };

/** The words of a paragraph in mrkdwn. */
export const mrkdwnInline = (nodes: readonly MarkdownNode[]): string => join(nodes.flatMap((node) => pieces(node, '')));

/** The same, all of it within a mark. */
export const mrkdwnMarked = (nodes: readonly MarkdownNode[], mark: Mark): string =>
  join(markedLines(nodes, { mark, active: '' }));

/** `active`: the marks that are open around a node; Slack does not nest a mark in itself. */
function pieces(node: MarkdownNode, active: string): Piece[] {
  const mark = marks[node.type];
  if (mark && 'children' in node)
    return active.includes(mark)
      ? node.children.flatMap((child) => pieces(child, active))
      : markedLines(node.children, { mark, active });
  switch (node.type) {
    case 'text':
      return [plain(literalMrkdwn(node.value))];
    case 'break':
      return [plain('\n')];
    case 'inlineCode':
      return [codeSpan(node.value)];
    case 'link':
      return [link(inlineText(node.children), node.url)];
    case 'image':
      return [link(node.alt ?? '', node.url)];
    default:
      return [plain(literalMrkdwn(inlineText([node])))];
  }
}

const plain = (text: string): Piece => ({ text, marked: false });

/** A mark ends with its line in Slack: each line gets its own. White space at its ends stays outside. */
function markedLines(nodes: readonly MarkdownNode[], { mark, active }: { mark: Mark; active: string }): Piece[] {
  const inner = join(nodes.flatMap((node) => pieces(node, active + mark)));
  return inner.split('\n').flatMap((line, index) => {
    const text = line.trim();
    const start = line.length - line.trimStart().length;
    const wrapped = text === '' ? [] : [{ text: `${mark}${text}${mark}`, marked: true }];
    const around = [plain(line.slice(0, start)), ...wrapped, plain(text === '' ? '' : line.slice(start + text.length))];
    return index === 0 ? around : [plain('\n'), ...around];
  });
}

/** Slack cannot show a backtick in a code span: such code is plain text. */
function codeSpan(value: string): Piece {
  if (value.includes('`') || value.trim() === '') return plain(literalMrkdwn(value));
  return { text: `\`${escapeMrkdwn(value)}\``, marked: true };
}

/** Schemes that Slack makes links of; `<!here>` and `<@U1>` have none. */
const linkable = /^(?:https?|mailto|tel|ftp|slack):/i;

function link(label: string, url: string): Piece {
  if (!linkable.test(url))
    return plain(literalMrkdwn(url === '' || url === label ? label : `${label} (${url})`.trim()));
  const target = escapeMrkdwn(url.replace(/[|<>`\s]/g, (unsafe) => encodeURIComponent(unsafe)));
  const text = literalMrkdwn(label.replace(/\s+/g, ' ').trim().replaceAll('|', '∣'));
  return plain(text === '' || label === url ? `<${target}>` : `<${target}|${text}>`);
}

/** Puts pieces together; a mark that would be glued to a word, or to another mark, gets a gap. */
function join(parts: readonly Piece[]): string {
  let text = '';
  let marked = false;
  for (const part of parts) {
    if (part.text === '') continue;
    const glued = (part.marked && sticksTo.behind(text)) || (marked && sticksTo.before(part.text));
    text += glued ? gap + part.text : part.text;
    marked = part.marked;
  }
  return text;
}
