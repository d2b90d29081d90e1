import type { ConnectorKind } from '@trunkline/events';
import { kindList, kinds } from './connectors.ts';
import { alternatives, inputJsonSchema, isNode, type JsonSchema } from './schema-names.ts';

/** One row of a kind's table of fields. */
export interface ConnectorField {
  /** Dotted for what is inside a table: `child_process.command`; `[]` after a list of tables. */
  name: string;
  type: string;
  /** As TOML writes it, or in words when it depends on other fields; `required`, or `-` for none. */
  default: string;
  description: string;
}

/** The fields of a kind as the documentation lists them; the three keys of a secret are one row. */
export function connectorFields(kind: ConnectorKind): ConnectorField[] {
  const root = inputJsonSchema(kinds[kind].schema);
  return rowsOf(root, { root, prefix: '' });
}

interface Walk {
  root: JsonSchema;
  prefix: string;
}

function rowsOf(table: JsonSchema, walk: Walk): ConnectorField[] {
  const properties = Object.entries(table.properties ?? {}).filter((entry): entry is [string, JsonSchema] =>
    isNode(entry[1]),
  );
  const names = properties.map(([name]) => name);
  const inTriple = (name: string) =>
    /_(env|secret_ref)$/.test(name) && names.includes(name.replace(/_(env|secret_ref)$/, ''));
  return properties
    .filter(([name]) => !inTriple(name))
    .flatMap(([name, node]) => [
      rowOf({ name: walk.prefix + name, node, required: table.required?.includes(name) ?? false }),
      ...insideOf(node, { root: walk.root, prefix: `${walk.prefix}${name}` }),
    ]);
}

/** Rows of the table, or of the tables in the list, that a field holds. Reply targets are explained once, elsewhere. */
function insideOf(node: JsonSchema, { root, prefix }: Walk): ConnectorField[] {
  const [table] = alternatives(node, root).filter((candidate) => candidate.properties);
  if (table) return isChoice(node) || isTableOfLists(table) ? [] : rowsOf(table, { root, prefix: `${prefix}.` });
  if (!isNode(node.items) || isChoice(node.items)) return [];
  return insideOf(node.items, { root, prefix: `${prefix}[]` });
}

/** A scope: its description names the lists, which mean nothing one by one. */
const isTableOfLists = ({ properties = {} }: JsonSchema) =>
  Object.values(properties).every((node) => isNode(node) && node.type === 'array');

const isChoice = (node: JsonSchema) => node.anyOf !== undefined || node.oneOf !== undefined;

function rowOf({ name, node, required }: { name: string; node: JsonSchema; required: boolean }): ConnectorField {
  const type = node.writeOnly ? 'secret' : typeOf(node);
  return { name, type, default: required ? 'required' : defaultOf(node), description: node.description ?? '' };
}

function typeOf(node: JsonSchema): string {
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (isChoice(node)) return 'reply target';
  if (node.type === 'integer') return rangeOf(node);
  if (node.type === 'array') return isNode(node.items) ? `list of ${typeOf(node.items)}` : 'list';
  if (node.type === 'object' && node.properties && isTableOfLists(node)) return 'table of lists';
  if (node.type === 'object') return isNode(node.additionalProperties) ? 'table of strings' : 'table';
  if (node.type === 'boolean') return 'true or false';
  return String(node.type ?? 'any');
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  const bounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return bounded ? `integer, ${minimum} to ${maximum}` : 'integer';
}

function defaultOf(node: JsonSchema): string {
  const note = node['x-default'];
  if (typeof note === 'string') return note;
  const value = node.default;
  if (value === undefined || (isNode(value) && Object.keys(value).length === 0)) return '-';
  return `\`${JSON.stringify(value)}\``;
}

/** The generated page of all kinds and fields. */
export function connectorsMarkdown(): string {
  const sections = kindList.map(({ kind, table }) => `## \`[[${table}]]\`\n\n${tableOf(connectorFields(kind))}`);
  return `${pageHead}\n${sections.join('\n\n')}\n`;
}

const pageHead = `# Connector fields

Generated from the schemas in \`libs/config\`; do not edit.

A field of type *secret* has three keys: \`X_secret_ref\` names a value in the secret store, \`X_env\` an environment variable,
\`X\` is the value itself. The first of these that is present is used; when it is missing or blank the connector is degraded.
`;

function tableOf(fields: readonly ConnectorField[]): string {
  const rows = fields.map((field) => [`\`${field.name}\``, field.type, field.default, field.description].map(cell));
  return [['field', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
