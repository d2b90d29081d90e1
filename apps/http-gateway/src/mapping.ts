import type { HttpMapping } from '@trunkline/config';
import { Context, Liquid, type Template } from 'liquidjs';

/** What the templates of a connector see. */
export interface MappingScope {
  body: unknown;
  /** Lower-case names; without credentials. */
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** What they made of it: trimmed, absent where blank. */
export interface Mapped {
  ignored: boolean;
  content?: string;
  actorId?: string;
  bindingKeys: string[];
  idempotencyKey?: string;
  intent?: string;
}

/** `detail` names the template and the reason, not the payload. */
export type MappingRun = { ok: true; mapped: Mapped } | { ok: false; detail: string };

/** Applies the mapping of one connector to one request. */
export type CompiledMapping = (scope: MappingScope) => MappingRun;

/** Template length in characters, and liquidjs' count of elements and characters that filters may touch. */
const limits = { parseLimit: 100_000, memoryLimit: 5_000_000 } as const;

/**
 * For all templates of a request together. The thread's own time: by the clock on the wall, a busy machine would refuse
 * healthy webhooks, and with a 400 their senders do not come again.
 */
const mostCpuMs = 100;

const longestOutput = 1024 * 1024;

// Tags that read other templates have nothing to read here. These filters take quadratic time, or seconds, on a large
// body without passing any of the limits (tried with liquidjs 10.30).
const withheldTags = ['include', 'render', 'layout', 'block'];
const withheldFilters = ['where_exp', 'reject_exp', 'group_by_exp', 'has_exp', 'find_exp', 'find_index_exp', 'sample'];

const engine = createEngine();

function createEngine(): Liquid {
  const liquid = new Liquid({
    ...limits,
    ownPropertyOnly: true,
    strictFilters: true,
    templates: {},
    timezoneOffset: 0,
  });
  for (const tag of withheldTags) delete liquid.tags[tag];
  for (const filter of withheldFilters) delete liquid.filters[filter];
  return liquid;
}

type Field = Exclude<keyof HttpMapping, 'binding_keys'>;

/**
 * Parses the templates once. One that does not parse makes every run fail with its reason, so that the senders' requests
 * fail visibly instead of being stored half read.
 */
export function compileMapping(mapping: HttpMapping): CompiledMapping {
  try {
    const templates = new Map<Field, Template[]>();
    for (const field of ['content', 'actor_id', 'idempotency_key', 'intent', 'ignore_if'] as const) {
      const text = mapping[field];
      if (text !== undefined) templates.set(field, parse(field, text));
    }
    const keys = (mapping.binding_keys ?? []).map((text) => parse('binding_keys', text));
    return (scope) => run(templates, keys, scope);
  } catch (error) {
    const detail = reasonOf(error);
    return () => ({ ok: false, detail });
  }
}

/** A template's failure; the message is ours or liquidjs' own words about the template. */
class TemplateFailure extends Error {}

function parse(field: string, text: string): Template[] {
  // A bare expression would render as itself, which is never blank: every event would be ignored.
  if (field === 'ignore_if' && !/\{[{%]/.test(text) && !/^\s*(?:true|false|0)\s*$/.test(text)) {
    throw new TemplateFailure('The template ignore_if has no {{ }}: wrap the expression in them.');
  }
  try {
    return engine.parse(text);
  } catch (error) {
    throw new TemplateFailure(`The template ${field} does not parse: ${firstLine(error)}.`, { cause: error });
  }
}

function run(templates: Map<Field, Template[]>, keys: Template[][], scope: MappingScope): MappingRun {
  try {
    const withinTime = timeLimit();
    const value = (field: Field) => {
      const template = templates.get(field);
      return template === undefined ? '' : render({ field, template }, scope, withinTime);
    };
    const ignored = !['', 'false', '0'].includes(value('ignore_if'));
    if (ignored) return { ok: true, mapped: { ignored, bindingKeys: [] } };
    const mapped: Mapped = {
      ignored,
      bindingKeys: keys
        .map((template) => render({ field: 'binding_keys', template }, scope, withinTime))
        .filter((key) => key !== ''),
    };
    return {
      ok: true,
      mapped: Object.assign(
        mapped,
        present({
          content: value('content'),
          actorId: value('actor_id'),
          idempotencyKey: value('idempotency_key'),
          intent: value('intent'),
        }),
      ),
    };
  } catch (error) {
    return { ok: false, detail: reasonOf(error) };
  }
}

/** Throws once the thread has worked for too long since this was called. */
function timeLimit(): () => void {
  const until = threadMs() + mostCpuMs;
  return () => {
    if (threadMs() > until) throw new Error('it takes too long');
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function render(
  { field, template }: { field: string; template: Template[] },
  scope: MappingScope,
  withinTime: () => void,
): string {
  let text: unknown;
  try {
    const context = new Context(scope, engine.options, { sync: true });
    // liquidjs asks before each step whether its time is up.
    context.renderLimit.check = withinTime;
    text = engine.renderSync(template, context);
  } catch (error) {
    throw new TemplateFailure(`The template ${field} failed: ${firstLine(error)}.`, { cause: error });
  }
  if (typeof text !== 'string') return '';
  if (text.length > longestOutput)
    throw new TemplateFailure(`The template ${field} made more than ${longestOutput} characters.`);
  return text.trim();
}

const present = (fields: Record<string, string>): Partial<Mapped> =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''));

const reasonOf = (error: unknown) => (error instanceof TemplateFailure ? error.message : 'The mapping failed.');

/** liquidjs adds the template's source below its message. */
const firstLine = (error: unknown) =>
  (error instanceof Error ? (error.message.split('\n')[0] ?? '') : '').slice(0, 200);
