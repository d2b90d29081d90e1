import type { OpenApiDocument, OpenApiOperation, OpenApiResponse } from '@trunkline/control-api';
import { html, inline, prose, sourceOf, type Html } from './html.ts';
import { field, schemaFields, type FindSchema } from './schema-fields.ts';

/** Where the page finds its style and the document. */
export const referencePaths = { page: '/reference', style: '/reference.css', document: '/openapi.json' } as const;

interface Entry {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

/** The reference of the API: one page for people, without scripts, made from the document alone. */
export function referencePage(document: OpenApiDocument): string {
  const entries = entriesOf(document);
  const tags = document.tags.map(({ name }) => ({
    name,
    entries: entries.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const { title, version, summary, description } = document.info;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: reference</title>
        <link rel="stylesheet" href="${referencePaths.style}" />
      </head>
      <body>
        <a class="skip" href="#reference">Skip to the reference</a>
        <nav aria-label="Operations">
          <p class="brand">${title}</p>
          <details open>
            <summary>Operations</summary>
            ${tags.map(navOf)}
          </details>
        </nav>
        <main id="reference">
          <header>
            <h1>${title}</h1>
            <p class="lead">${summary}</p>
            <p>
              Version ${version}. The same as a document for programs:
              <a href="${referencePaths.document}">openapi.json</a> (OpenAPI 3.1).
            </p>
            ${prose(description)}
          </header>
          ${tags.map((tag) => sectionOf(tag, document))}
        </main>
      </body>
    </html> `;
  return sourceOf(page);
}

interface Tag {
  name: string;
  entries: readonly Entry[];
}

function entriesOf({ paths }: OpenApiDocument): Entry[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const idOf = (tag: string) => `tag-${tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

function navOf({ name, entries }: Tag): Html {
  const links = entries.map(
    ({ operation: { operationId }, method }) =>
      html`<li>
        <a href="#${operationId}"><span class="method ${method}">${method}</span> ${operationId}</a>
      </li>`,
  );
  return html`<p class="tag"><a href="#${idOf(name)}">${name}</a></p>
    <ul>
      ${links}
    </ul>`;
}

function sectionOf({ name, entries }: Tag, document: OpenApiDocument): Html {
  return html`<section aria-labelledby="${idOf(name)}">
    <h2 id="${idOf(name)}">${name}</h2>
    ${entries.map((entry) => operationOf(entry, document))}
  </section> `;
}

function operationOf({ method, path, operation }: Entry, document: OpenApiDocument): Html {
  const find = finderOf(document);
  const { operationId, summary, description, 'x-role': role } = operation;
  return html`<article id="${operationId}" aria-labelledby="${operationId}-name">
    <h3 id="${operationId}-name"><span class="method ${method}">${method}</span> <code class="path">${path}</code></h3>
    <p class="lead">${inline(summary)}</p>
    <p class="facts">
      <code>${operationId}</code> <span class="role">${role === 'anyone' ? 'no token needed' : `role ${role}`}</span>
    </p>
    ${prose(description)} ${parametersOf(operation, find)} ${bodyOf(operation, find)} ${answersOf(operation, document)}
  </article> `;
}

function parametersOf({ parameters = [] }: OpenApiOperation, find: FindSchema): Html | undefined {
  if (parameters.length === 0) return undefined;
  const places = ['path', 'query', 'header'] as const;
  const rows = places.flatMap((place) => {
    const there = parameters.filter((parameter) => parameter.in === place);
    if (there.length === 0) return [];
    const fields = there.map(({ name, schema, required, description }) =>
      field(
        { name, required, schema: { ...schema, ...(description !== undefined && { description }) } },
        { find, mark: 'required' },
      ),
    );
    return [
      html`<h4>${placeNames[place]}</h4>
        <ul class="fields">
          ${fields}
        </ul>`,
    ];
  });
  return html`${rows}`;
}

const placeNames = { path: 'Path', query: 'Query', header: 'Headers' } as const;

function bodyOf({ requestBody }: OpenApiOperation, find: FindSchema): Html | undefined {
  if (!requestBody) return undefined;
  const { schema, example } = requestBody.content['application/json'];
  return html`<h4>Body</h4>
    ${prose(schema.description)}${schemaFields(schema, { find, mark: 'required' })}${exampleOf(example)}`;
}

function exampleOf(example: unknown): Html | undefined {
  if (example === undefined) return undefined;
  return html`<h4>Example</h4>
    <pre><code>${JSON.stringify(example, null, 2)}</code></pre>`;
}

function answersOf({ responses }: OpenApiOperation, document: OpenApiDocument): Html {
  const all = Object.entries(responses).map(([status, response]) => ({
    status,
    response: resolve(response, document),
  }));
  const successes = all.filter(({ status }) => status.startsWith('2'));
  const refusals = all.filter(({ status }) => !status.startsWith('2'));
  return html`<h4>Answers</h4>
    ${successes.map(({ status, response }) => successOf(status, response, finderOf(document)))}
    <details>
      <summary>Refusals: ${refusals.map(({ status }) => status).join(', ')}</summary>
      <ul class="fields">
        ${refusals.map(
          ({ status, response }) => html`<li><code class="name">${status}</code> ${inline(response.description)}</li>`,
        )}
      </ul>
    </details>`;
}

function successOf(
  status: string,
  { description, content = {}, headers = {} }: OpenApiResponse,
  find: FindSchema,
): Html {
  const [media] = Object.keys(content);
  const says = [description, ...Object.keys(headers).map((name) => `With \`${name}\`.`)].join(' ');
  const head = html`<code class="name">${status}</code> ${inline(says)}
    ${media === undefined ? undefined : html`<span class="type">${media}</span>`}`;
  const schema = media === 'application/json' ? content[media]?.schema : undefined;
  if (!schema) return html`<p>${head}</p>`;
  return html`<details>
    <summary>${head}</summary>
    ${schemaFields(schema, { find, mark: 'optional' })}
  </details>`;
}

function resolve(response: OpenApiResponse | { $ref: string }, { components }: OpenApiDocument): OpenApiResponse {
  if (!('$ref' in response)) return response;
  return components.responses[lastPart(response.$ref)] ?? { description: '' };
}

const finderOf =
  ({ components }: OpenApiDocument): FindSchema =>
  (reference) =>
    components.schemas[lastPart(reference)];

const lastPart = (reference: string) => reference.slice(reference.lastIndexOf('/') + 1);
