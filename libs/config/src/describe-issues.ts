import type { z } from 'zod';
import type { Finding } from './define-kind.ts';
import { nearestName } from './nearest-name.ts';
import { namesAt } from './schema-names.ts';

type Issue = z.core.$ZodIssue;

interface Judged {
  /** What was parsed; looked at, never repeated. */
  raw: unknown;
  schema: z.ZodType;
}

/** Says in our words what a schema found, each unknown key by itself. Never echoes a value. */
export function describeIssues(issues: readonly Issue[], judged: Judged): Finding[] {
  return issues.flatMap((issue) => describeIssue(issue, judged));
}

function describeIssue(issue: Issue, judged: Judged): Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], namesAt(judged.schema, path)));
    case 'invalid_union':
      return describeUnion(issue, judged);
    case 'invalid_value':
      return [describeChoice(path, { choices: issue.values, value: valueAt(judged.raw, path) })];
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? 'is not a valid key' }];
    case 'invalid_type':
      return [{ path, message: wantedType(issue, valueAt(judged.raw, path)) }];
    default:
      return [{ path, message: issue.message }];
  }
}

/** An unknown key, with the known one that was probably meant. */
export function unknownKey(path: PropertyKey[], known: readonly string[]): Finding {
  const key = String(path.at(-1));
  const suggestion = nearestName(key, known);
  return { path, message: `unknown key ${JSON.stringify(key.slice(0, 100))}`, ...(suggestion && { suggestion }) };
}

interface Choice {
  choices: readonly unknown[];
  value: unknown;
}

function describeChoice(path: PropertyKey[], { choices, value }: Choice): Finding {
  if (value === undefined) return { path, message: 'is required' };
  const names = choices.map(String);
  const suggestion = typeof value === 'string' ? nearestName(value, names) : undefined;
  const message = `must be ${names.map((name) => `"${name}"`).join(' or ')}`;
  return { path, message, ...(suggestion && { suggestion }) };
}

const typeNames: Partial<Record<string, string>> = {
  string: 'a string in quotes',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a table',
  record: 'a table',
};

function wantedType(issue: z.core.$ZodIssueInvalidType, value: unknown): string {
  if (value === undefined) return 'is required';
  const isDefaultText = issue.message.startsWith('Invalid input');
  return isDefaultText ? `must be ${typeNames[issue.expected] ?? issue.expected}` : issue.message;
}

/** Reports the alternative that came closest, as if the others did not exist. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, judged: Judged): Finding[] {
  if ('options' in issue && issue.options) {
    return [describeChoice(issue.path, { choices: issue.options, value: valueAt(judged.raw, issue.path) })];
  }
  const [nearest, ...others] = issue.errors.toSorted((a, b) => strangeness(a) - strangeness(b));
  if (!nearest) return [{ path: issue.path, message: 'has none of the known forms' }];
  const findings = describeIssues(
    nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
    judged,
  );
  const [only, second] = findings;
  const isPlain = only !== undefined && second === undefined && nearest.every((inner) => isWrongType(inner));
  return isPlain ? [{ ...only, message: withOtherTypes(only.message, others.flat()) }] : findings;
}

const isWrongType = (issue: Issue): issue is z.core.$ZodIssueInvalidType =>
  issue.code === 'invalid_type' && issue.path.length === 0;

/** "must be a string, in quotes, or a whole number". */
function withOtherTypes(message: string, others: readonly Issue[]): string {
  const types = others
    .filter((issue) => isWrongType(issue))
    .map((issue) => typeNames[issue.expected] ?? issue.expected);
  const more = [...new Set(types)].filter((type) => !message.endsWith(type));
  return message.startsWith('must be') && more.length > 0 ? [message, ...more].join(' or ') : message;
}

/** How little was meant: unknown keys tell most, a wrong or missing `type` more than a missing field. */
function strangeness(issues: readonly Issue[]): number {
  const weights = issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.length * 10;
    return issue.code === 'invalid_union' ? 5 : 3;
  });
  return weights.reduce((sum, weight) => sum + weight, 0);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
