import type { Request } from 'express';
import { isJson, type Json } from './json.ts';

/** Arguments that Slack takes as JSON, also inside forms. */
const jsonArguments = ['attachments', 'blocks', 'chunks', 'files', 'loading_messages', 'metadata', 'unfurls', 'view'];

/** What a client sent: arguments by name without the token, and the token from the header or the arguments. */
export interface DecodedCall {
  args: Json;
  token: string | undefined;
}

/** Reads query, form and JSON bodies alike; `invalid_json` when a JSON body is none. */
export async function decodeCall(request: Request): Promise<DecodedCall | 'invalid_json'> {
  const body = await decodeBody(request);
  if (body === 'invalid_json') return body;
  const { token, ...given } = { ...queryOf(request), ...body };
  const args = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, readArgument(name, value)]));
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return { args, token: bearer ?? (typeof token === 'string' ? token : undefined) };
}

/** The raw bytes of a request, which `express.raw` has read. */
export const bytesOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));

async function decodeBody(request: Request): Promise<Json | 'invalid_json'> {
  const bytes = bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return {};
  if (type.startsWith('application/json')) return readJson(bytes.toString());
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
    return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
  }
  return Object.fromEntries(new URLSearchParams(bytes.toString()));
}

function readJson(text: string): Json | 'invalid_json' {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : 'invalid_json';
  } catch {
    return 'invalid_json';
  }
}

const queryOf = (request: Request): Json =>
  Object.fromEntries(Object.entries(request.query).filter(([, value]) => typeof value === 'string'));

/** What is no JSON stays text, and the method says what is wrong with it. */
function readArgument(name: string, value: unknown): unknown {
  if (!jsonArguments.includes(name) || typeof value !== 'string' || value === '') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
