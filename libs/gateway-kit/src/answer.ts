import type { ServerResponse } from 'node:http';
import { problemMediaType, type Problem } from '@trunkline/errors';

/** An HTTP answer as data: decided by pure code, written to a socket by `sendAnswer` alone. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A JSON answer; `headers` come beside the content type. */
export function jsonAnswer(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(body)}\n` };
}

/** An answer that is a problem document, with its own status. */
export function problemAnswer(problem: Problem, headers: Record<string, string> = {}): Answer {
  const body = `${JSON.stringify(problem)}\n`;
  return { status: problem.status, headers: { 'content-type': problemMediaType, ...headers }, body };
}

/** The `Retry-After` header: whole seconds, rounded up, at least one. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

/** Writes a problem document. Safe at any time: also before the request's body was read, also when the client has left. */
export function sendProblem(res: ServerResponse, problem: Problem, headers: Record<string, string> = {}): void {
  sendAnswer(res, problemAnswer(problem, headers));
}

/** Writes an answer. Safe at any time: also before the request's body was read, also when the client has left. */
export function sendAnswer(res: ServerResponse, { status, headers, body }: Answer): void {
  if (res.headersSent) return void res.destroy();
  // RFC 9110, section 8.6: no length with 204.
  const sized = status === 204 ? headers : { ...headers, 'content-length': Buffer.byteLength(body) };
  if (bodyLeftBehind(res)) return endLingering(res.writeHead(status, { ...sized, connection: 'close' }), body);
  res.writeHead(status, sized).end(body);
}

/** Bytes that node throws away by itself after the answer, keeping the connection: cheaper than a new connection. */
const cheapToDiscard = 64 * 1024;

/** Whether the client is still sending (or waits for a `100 Continue`), so that closing at once could cost it the answer. */
function bodyLeftBehind({ req }: ServerResponse): boolean {
  if (req.complete) return false;
  if (req.headers.expect !== undefined) return true;
  if (req.headers['transfer-encoding'] !== undefined) return true;
  return Number(req.headers['content-length'] ?? 0) > cheapToDiscard;
}

const lingerMs = 5_000;
const lingerBytes = 16 * 1024 * 1024;

// A socket closed with unread data in it is reset, and a reset throws away the answer on the client's side too. So the
// whole answer goes out first, then what still comes is discarded for a while, and only then is the connection closed.
function endLingering(res: ServerResponse, body: string): void {
  const { req } = res;
  let discarded = 0;
  const finish = () => {
    clearTimeout(timer);
    res.end();
  };
  const timer = setTimeout(finish, lingerMs);
  req.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > lingerBytes) finish();
  });
  req.once('end', finish);
  req.once('close', finish);
  res.write(body);
  req.resume();
}
