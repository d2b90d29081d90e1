import { useQuery } from '@tanstack/react-query';
import type { JsonSchema, OpenApiDocument } from '@trunkline/control-api';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import { fieldsOf, type Field } from './fields-of.ts';

/** Fields that belong together, under their heading. */
export interface Section {
  title: string;
  fields: Field[];
  /** Each takes the whole width. */
  large?: true;
}

/** The form of a kind. */
export interface ConnectorFields {
  all: Field[];
  sections: Section[];
}

/** The form of a kind, from the API's own document. */
export function useConnectorFields(kind: ConnectorKind) {
  return useQuery({
    queryKey: ['openapi.json'],
    queryFn: loadDocument,
    staleTime: Infinity,
    select: (document) => connectorFields(document, kind),
  });
}

async function loadDocument(): Promise<OpenApiDocument> {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error(`The API's document cannot be read: HTTP ${response.status}.`);
  const document: OpenApiDocument = await response.json();
  return document;
}

/** The form of a kind as the document has it. */
export function connectorFields(document: Pick<OpenApiDocument, 'paths'>, kind: ConnectorKind): ConnectorFields {
  const bodies = connectorBodies(document);
  const schema = bodies.find(({ title }) => title === kind);
  if (!schema) throw new Error(`The API's document has no fields for connectors of the kind ${kind}.`);
  const { 'x-needed-to-create': needed } = schema;
  const all = fieldsOf(schema, Array.isArray(needed) ? needed.map(String) : []);
  const ofAll = (key: string) => bodies.every(({ properties = {} }) => key in properties);
  return { all, sections: sectionsOf(all, ofAll) };
}

/** What a connector is written with, kind by kind. */
export function connectorBodies({ paths }: Pick<OpenApiDocument, 'paths'>): JsonSchema[] {
  const operation = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .find(({ operationId }) => operationId === 'putConnector');
  const schema = operation?.requestBody?.content['application/json']?.schema;
  return schema?.anyOf?.filter((each) => typeof each === 'object') ?? [];
}

function sectionsOf(all: readonly Field[], isOfAll: (key: string) => boolean): Section[] {
  const isConnection = ({ needed, input }: Field) => needed || input === 'secret';
  const isLarge = ({ input }: Field) => input === 'table' || input === 'rows';
  const rest = all.filter((field) => !isConnection(field));
  const own = rest.filter(({ key }) => !isOfAll(key));
  const sections: Section[] = [
    { title: 'Connection', fields: all.filter(isConnection) },
    { title: 'Settings', fields: own.filter((field) => !isLarge(field)) },
    { title: 'Settings that every kind has', fields: rest.filter((field) => isOfAll(field.key) && !isLarge(field)) },
    { title: 'Tables', fields: rest.filter(isLarge), large: true },
  ];
  return sections.filter(({ fields }) => fields.length > 0);
}
