import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';

export type PostOutcome =
  | {
      outcome: 'answered';
      status: number;
      statusText: string;
      retryAfter: string | undefined;
      body: string;
      type: string;
    }
  | { outcome: 'failed'; reason: string };

/** Posts one update to a webhook on a connection of its own, as nobody's keep-alive shall hold a test up. */
export async function postUpdate(
  post: { url: string; secretToken: string; body: string; timeoutMs: number },
  signal: AbortSignal,
): Promise<PostOutcome> {
  const open = post.url.startsWith('https:') ? httpsRequest : httpRequest;
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), post.timeoutMs);
  try {
    const request = open(post.url, {
      method: 'POST',
      agent: false,
      signal: AbortSignal.any([signal, timer.signal]),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(post.body),
        ...(post.secretToken && { 'x-telegram-bot-api-secret-token': post.secretToken }),
      },
    });
    request.end(post.body);
    const [response]: IncomingMessage[] = await once(request, 'response');
    if (!response) return { outcome: 'failed', reason: 'Connection closed' };
    const body = await text(response);
    return {
      outcome: 'answered',
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      retryAfter: response.headers['retry-after'],
      body,
      type: response.headers['content-type'] ?? '',
    };
  } catch (error) {
    return { outcome: 'failed', reason: timer.signal.aborted ? 'Read timeout expired' : reasonOf(error) };
  } finally {
    clearTimeout(timeout);
  }
}

async function text(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' ? 'Connection refused' : 'Connection closed';
}
