import { tableText, type MarkdownNode } from '@trunkline/markdown';
import { writeBold, writeInline } from './entities-inline.ts';
import { entityWriter, type EntityWriter } from './entities-writer.ts';
import type { EntityText } from './entities.ts';

type List = Extract<MarkdownNode, { type: 'list' }>;
type ListItem = List['children'][number];

/** Where a block is: Telegram does not nest quotes. */
interface Place {
  quoted: boolean;
  depth: number;
}

const bullets = ['•', '◦', '▪'];
const rule = '──────────';

/** Writes blocks as text and entities, which are not yet in order. */
export function renderBlocks(nodes: readonly MarkdownNode[]): EntityText {
  const to = entityWriter();
  writeBlocks(nodes, { place: { quoted: false, depth: 0 }, between: '\n\n' }, to);
  return to.result();
}

function writeBlocks(
  nodes: readonly MarkdownNode[],
  { place, between }: { place: Place; between: string },
  to: EntityWriter,
): void {
  nodes.forEach((node, index) => {
    if (index > 0) to.write(between);
    writeBlock(node, place, to);
  });
}

function writeBlock(node: MarkdownNode, place: Place, to: EntityWriter): void {
  switch (node.type) {
    case 'paragraph':
      return writeInline(node.children, to);
    case 'heading':
      return writeBold(node.children, to);
    case 'blockquote':
      return writeQuote(node.children, place, to);
    case 'list':
      return writeList(node, place, to);
    case 'table':
      return writePre({ value: tableText(node) }, to);
    case 'code':
      return writePre({ value: node.value, language: node.lang ?? undefined }, to);
    case 'thematicBreak':
      return to.write(rule);
    default:
      return writeInline([node], to);
  }
}

function writeQuote(nodes: readonly MarkdownNode[], place: Place, to: EntityWriter): void {
  const inside = { place: { ...place, quoted: true }, between: '\n\n' };
  if (place.quoted) {
    to.begin();
    to.writeCode('> ');
    return to.indented('> ', () => writeBlocks(nodes, inside, to));
  }
  const { offset } = to.begin();
  writeBlocks(nodes, inside, to);
  to.add({ type: 'blockquote', offset, length: to.length() - offset });
}

/** Lines of code are not indented: it would be part of the code. */
function writePre({ value, language }: { value: string; language?: string | undefined }, to: EntityWriter): void {
  const offset = to.length();
  to.writeCode(value);
  to.add({ type: 'pre', offset, length: to.length() - offset, ...(language && { language }) });
}

function writeList(list: List, place: Place, to: EntityWriter): void {
  list.children.forEach((item, index) => {
    if (index > 0) to.write(list.spread ? '\n\n' : '\n');
    const mark = list.ordered ? `${(list.start ?? 1) + index}. ` : `${bullets[Math.min(place.depth, 2)]} `;
    const indent = list.ordered ? ' '.repeat(mark.length) : '    ';
    to.begin();
    const first = item.data?.continued ? indent : mark + boxOf(item);
    const code = item.children[0]?.type === 'code' || item.children[0]?.type === 'table';
    to.writeCode(code ? `${first.trimEnd()}\n` : first);
    const inside = { place: { ...place, depth: place.depth + 1 }, between: item.spread ? '\n\n' : '\n' };
    to.indented(indent, () => writeBlocks(item.children, inside, to));
  });
}

function boxOf({ checked }: ListItem): string {
  if (typeof checked !== 'boolean') return '';
  return checked ? '☑ ' : '☐ ';
}
