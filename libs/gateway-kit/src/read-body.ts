import type { IncomingMessage, ServerResponse } from 'node:http';
import { problem, type Problem } from '@trunkline/errors';

/** A request's raw bytes, or the problem to answer with. */
export type BodyRead = { ok: true; bytes: Buffer } | { ok: false; problem: Problem };

/**
 * Reads the raw body, at most `limitBytes` of it.
 *
 * Refuses by `Content-Length` before a byte is read, else while reading. Answer a refusal with `sendProblem`: it takes care
 * of what the client is still sending. A client that leaves in the middle is a refusal too.
 */
export function readBody(
  exchange: { req: IncomingMessage; res: ServerResponse },
  limitBytes: number,
): Promise<BodyRead> {
  const { req, res } = exchange;
  const refused = refusal(req, limitBytes);
  if (refused) return Promise.resolve({ ok: false, problem: refused });
  if (req.headers.expect !== undefined) res.writeContinue();
  return collect(req, limitBytes);
}

function refusal(req: IncomingMessage, limitBytes: number): Problem | undefined {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return encodingRefused;
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return tooLarge(limitBytes);
  return undefined;
}

function collect(req: IncomingMessage, limitBytes: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (read: BodyRead) => {
      req.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      resolve(read);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) return settle({ ok: false, problem: tooLarge(limitBytes) });
      chunks.push(chunk);
    };
    const onEnd = () => {
      const [only] = chunks;
      settle({ ok: true, bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size) });
    };
    const onGone = () => settle({ ok: false, problem: incomplete });
    req.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

const tooLarge = (limitBytes: number) =>
  problem('body_too_large', { detail: `Send at most ${limitBytes} bytes in one request.`, limit_bytes: limitBytes });

const encodingRefused = problem('unsupported_media_type', {
  detail: 'Send the body without a Content-Encoding: signatures and limits are judged on the plain bytes.',
});

const incomplete = problem('body_invalid', {
  detail: 'The connection ended before the whole body arrived. Send it again.',
});
