/** What the text of a Slack message says, for those who do not know Slack's markup. */
export interface SlackText {
  /** Plain: entities and references resolved, the writer's own marks (`*bold*`) left as they are. */
  text: string;
  markdown: string;
  /** People, each once. Slack gives their ids; a name only where the writer's client put it in. */
  mentions: { id: string; name?: string }[];
}

/** Longer texts get no markdown: it would only be the text once more. */
const longestMarkdown = 50_000;
const mostMentions = 100;

/** All that markup can begin with. */
const markup = /[<&*~`\u0000]/;
const reference = /<([^<>\n]{1,4000})>/g;
/** Stands for a reference while the marks around it are read; no text has it. */
const placeholder = '\u0000';
const code = /```[\s\S]*?```|`[^`\n]+`/g;

/** Reads Slack's mrkdwn. Only `& < >` are escaped in it, and everything between angle brackets is a reference. */
export function readSlackText(source: string): SlackText {
  if (!markup.test(source)) {
    return { text: source, markdown: source.length > longestMarkdown ? '' : source, mentions: [] };
  }
  const mentions = new Map<string, { id: string; name?: string }>();
  for (const [, inner = ''] of source.matchAll(reference)) {
    const read = readReference(inner);
    if (read.person !== undefined && mentions.size < mostMentions) {
      mentions.set(read.person, { id: read.person, ...(read.named && { name: read.label }) });
    }
  }
  return {
    text: resolve(source, plainReference),
    markdown: source.length > longestMarkdown ? '' : toMarkdown(source.replaceAll(placeholder, '')),
    mentions: [...mentions.values()],
  };
}

/** Whether a text names one of these people. */
export function mentionsAny(source: string, ids: Iterable<string>): boolean {
  for (const id of ids) if (source.includes(`<@${id}>`) || source.includes(`<@${id}|`)) return true;
  return false;
}

interface Reference {
  label: string;
  url?: string;
  person?: string;
  /** The label is a name that Slack gave, not the id for want of one. */
  named: boolean;
}

function readReference(inner: string): Reference {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? '' : inner.slice(bar + 1);
  const named = label !== '';
  if (/^@[A-Z0-9]{2,}$/.test(target)) return { label: label || target.slice(1), person: target.slice(1), named };
  if (target.startsWith('#')) return { label: label || target.slice(1), named };
  if (target.startsWith('!')) return { label: label || (target.slice(1).split('^')[1] ?? target.slice(1)), named };
  return { label: label || target.replace(/^(?:mailto|tel):/, ''), url: target, named };
}

function prefixed(inner: string, { label }: Reference): string {
  const mark = inner[0] === '#' ? '#' : '@';
  // A date brings its own words.
  return inner.startsWith('!date') || label.startsWith(mark) ? label : `${mark}${label}`;
}

function plainReference(inner: string): string {
  const read = readReference(inner);
  if (read.url === undefined) return prefixed(inner, read);
  return bareUrl(read.url) === bareUrl(read.label) ? read.label : `${read.label} (${read.url})`;
}

function markdownReference(inner: string): string {
  const read = readReference(inner);
  if (read.url === undefined) return escaped(unescaped(prefixed(inner, read)));
  const label = escaped(unescaped(read.label));
  const url = unescaped(read.url).replace(/[\s<>]/g, encodeURIComponent);
  if (!read.named) return /^https?:/.test(url) ? `<${url}>` : label;
  return `[${label.replace(/[[\]]/g, '\\$&')}](<${url}>)`;
}

const bareUrl = (url: string) => url.replace(/^(?:https?:\/\/|mailto:|tel:)/, '').replace(/\/$/, '');

function resolve(source: string, referenceText: (inner: string) => string): string {
  return unescaped(source.replace(reference, (_whole, inner: string) => referenceText(inner)));
}

const unescaped = (text: string) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
/** Markdown would take `<x>` for HTML. Only what is not code is escaped. */
const escaped = (text: string) => text.replace(/</g, '\\<');

function toMarkdown(source: string): string {
  let at = 0;
  let markdown = '';
  for (const match of source.matchAll(code)) {
    markdown += prose(source.slice(at, match.index));
    at = match.index + match[0].length;
    markdown += match[0].startsWith('```')
      ? fenced(match[0], { before: markdown, after: source[at] })
      : codeText(match[0]);
  }
  return markdown + prose(source.slice(at));
}

const codeText = (source: string) => resolve(source, (inner) => readReference(inner).label);

/** In Slack a fence may stand anywhere and share its line with code; in markdown its line is its own. */
function fenced(source: string, { before, after }: { before: string; after: string | undefined }): string {
  const inside = codeText(source.slice(3, -3)).replace(/^\n|\n$/g, '');
  const [opening, closing] = [/(^|\n)$/.test(before) ? '' : '\n', after === undefined || after === '\n' ? '' : '\n'];
  return `${opening}\`\`\`\n${inside}\n\`\`\`${closing}`;
}

function prose(source: string): string {
  const parts: string[] = [];
  const styled = source.replace(
    reference,
    (_whole, inner: string) => `\u0000${parts.push(markdownReference(inner)) - 1}\u0000`,
  );
  const marked = styled
    .replace(style('\\*'), '$1**$2**')
    .replace(style('~'), '$1~~$2~~')
    .replace(/&lt;/g, '\\<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
  return marked.replace(/\u0000(\d+)\u0000/g, (_whole, index: string) => parts[Number(index)] ?? '');
}

/** A run between two marks that hug it, as Slack reads it: not inside a word, not over lines. */
function style(mark: string): RegExp {
  return new RegExp(
    `(^|[\\s([{"'_~*.,;:!?-])${mark}([^\\s${mark}](?:[^${mark}\\n]*[^\\s${mark}])?)${mark}(?![\\p{L}\\p{N}])`,
    'gmu',
  );
}
