import { inlineText, type MarkdownNode } from '@trunkline/markdown';
import type { EntityWriter } from './entities-writer.ts';

type Style = 'bold' | 'italic' | 'strikethrough';

/** What is open around a node: Telegram does not nest a style in itself, nor anything but styles in a link. */
interface Open {
  styles: readonly Style[];
  link: boolean;
}

const styles: Readonly<Record<string, Style>> = { strong: 'bold', emphasis: 'italic', delete: 'strikethrough' };
const nothing: Open = { styles: [], link: false };

/** Writes the words of a paragraph. */
export function writeInline(nodes: readonly MarkdownNode[], to: EntityWriter): void {
  writeNodes(nodes, nothing, to);
}

/** Writes the words of a heading. */
export function writeBold(nodes: readonly MarkdownNode[], to: EntityWriter): void {
  writeStyled({ style: 'bold', children: nodes }, nothing, to);
}

function writeNodes(nodes: readonly MarkdownNode[], open: Open, to: EntityWriter): void {
  for (const node of nodes) writeNode(node, open, to);
}

function writeNode(node: MarkdownNode, open: Open, to: EntityWriter): void {
  const style = styles[node.type];
  if (style && 'children' in node) return writeStyled({ style, children: node.children }, open, to);
  switch (node.type) {
    case 'break':
      return to.write('\n');
    case 'inlineCode':
      return open.link ? to.write(node.value) : writeCode(node.value, to);
    case 'link':
    case 'image':
      return writeLink(node, open, to);
    default:
      return to.write(inlineText([node]));
  }
}

interface Styled {
  style: Style;
  children: readonly MarkdownNode[];
}

/** Telegram does not mix code with anything: a style ends before it and begins again behind it. */
function writeStyled({ style: type, children }: Styled, open: Open, to: EntityWriter): void {
  if (open.styles.includes(type)) return writeNodes(children, open, to);
  const start = to.begin();
  writeNodes(children, { ...open, styles: [...open.styles, type] }, to);
  let { offset } = start;
  for (const code of to.addedSince(start).filter((entity) => entity.type === 'code')) {
    to.add({ type, offset, length: code.offset - offset });
    offset = code.offset + code.length;
  }
  to.add({ type, offset, length: to.length() - offset });
}

function writeCode(value: string, to: EntityWriter): void {
  const { offset } = to.begin();
  to.write(value);
  to.add({ type: 'code', offset, length: to.length() - offset });
}

/** Schemes that a bot's link may have. */
const linkable = /^(?:https?|tg|mailto):/i;

/** An address that shows itself is found by Telegram; one with another scheme is text. */
function writeLink(node: Extract<MarkdownNode, { type: 'link' | 'image' }>, open: Open, to: EntityWriter): void {
  const label = node.type === 'image' ? (node.alt ?? '') : inlineText(node.children);
  if (open.link) return to.write(label);
  if (label.trim() === '') return to.write(node.url);
  const { offset } = to.begin();
  if (node.type === 'image') to.write(label);
  else writeNodes(node.children, { ...open, link: true }, to);
  const isLink = linkable.test(node.url);
  if (isLink && node.url !== label) to.add({ type: 'text_link', offset, length: to.length() - offset, url: node.url });
  if (!isLink && node.url !== '' && node.url !== label) to.write(` (${node.url})`);
}
