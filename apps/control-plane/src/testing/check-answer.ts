import { routes, type OpenApiDocument, type Route } from '@trunkline/control-api';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { apiDocument } from '../reference/api-document.ts';

/** A `fetch` that fails when the API answers something that its own OpenAPI document does not say. */
export function createCheckedFetch(doFetch: typeof fetch = fetch): typeof fetch {
  const check = createAnswerCheck(apiDocument());
  return async (input, init) => {
    const response = await doFetch(input, init);
    await check({ method: init?.method ?? 'GET', path: new URL(String(input)).pathname }, response);
    return response;
  };
}

function createAnswerCheck(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isDateTime, uri: (text) => URL.canParse(text) } });
  ajv.addSchema({ ...document, $id: 'api' });

  return async ({ method, path }: { method: string; path: string }, response: Response): Promise<void> => {
    const operation = operationAt(document, { method, path });
    if (!operation) return;
    const where = `${operation.id} answered ${response.status}`;
    const place = placeOf(document, { ...operation, status: String(response.status) });
    const media = response.headers.get('content-type')?.split(';')[0];
    if (!place) throw new Error(`${where} ${await codeIn(response)}, which its OpenAPI operation does not name.`);
    if (place.media.length === 0 && media === undefined) return;
    if (media === undefined || !place.media.includes(media)) throw new Error(`${where} with ${media}.`);
    if (media === 'text/event-stream') return;
    const schema = `${place.pointer}/content/${escaped(media)}/schema`;
    const fits = ajv.validate({ $ref: `api#${schema}` }, await response.clone().json());
    if (!fits) throw new Error(`${where}, not as ${schema} says: ${ajv.errorsText()}`);
  };
}

async function codeIn(response: Response): Promise<string> {
  return `(${(await response.clone().text()).slice(0, 300)})`;
}

/** RFC 3339, the only times that we write. */
const isDateTime = (text: string) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text));

function operationAt(document: OpenApiDocument, { method, path }: { method: string; path: string }) {
  const table: [string, Route][] = Object.entries(routes);
  const found = table.find(([, route]) => route.method === method && patternOf(route.path).test(path));
  if (!found) return undefined;
  const [id, route] = found;
  const name = route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
  return { id, pointer: `/paths/${escaped(name)}/${method.toLowerCase()}`, responses: responsesIn(document, id) };
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/:[a-z_]+/g, '[^/]+')}$`);

function responsesIn(document: OpenApiDocument, id: string) {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  return operations.find(({ operationId }) => operationId === id)?.responses ?? {};
}

function placeOf(
  document: OpenApiDocument,
  { pointer, responses, status }: { pointer: string; responses: ReturnType<typeof responsesIn>; status: string },
): { pointer: string; media: string[] } | undefined {
  const response = responses[status];
  if (!response) return undefined;
  if (!('$ref' in response))
    return { pointer: `${pointer}/responses/${status}`, media: Object.keys(response.content ?? {}) };
  const shared = document.components.responses[response.$ref.split('/').at(-1) ?? ''];
  return { pointer: response.$ref.slice(1), media: Object.keys(shared?.content ?? {}) };
}

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
