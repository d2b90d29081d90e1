import { createHash } from 'node:crypto';
import type { Bus } from '@trunkline/bus';
import { jsonAnswer, queryOf, readBody, sendAnswer, sendProblem, type IngressHandler } from '@trunkline/gateway-kit';
import { authenticate, findConnector, type AccessDeps } from './access.ts';

/** The largest file that a sidecar may upload. */
export const assetLimit = 50 * 1024 * 1024;

const mediaTypePattern = /^[\w.+-]+\/[\w.+-]+$/;

/**
 * Takes a file as it is, its type in Content-Type and its name in `?file_name=`; the answer's `asset_id` stands for it in events. The
 * id derives from what the file is: sending it again stores nothing new.
 */
export function uploadAsset(deps: AccessDeps & { bus: Pick<Bus, 'objects'> }): IngressHandler {
  return async ({ req, res, params }) => {
    const found = findConnector(params['name'] ?? '', deps);
    if (!found.ok) return sendAnswer(res, found.answer);
    // Before the body is read: fifty mebibytes of a stranger are no question of politeness.
    const access = authenticate(req, found.value, deps);
    if (!access.ok) return sendAnswer(res, access.answer);
    const read = await readBody({ req, res }, assetLimit);
    if (!read.ok) return sendProblem(res, read.problem);
    const { bytes } = read;
    const given = req.headers['content-type']?.split(';', 1)[0]?.trim() ?? '';
    const mediaType = mediaTypePattern.test(given) ? given : 'application/octet-stream';
    const fileName = fileNameOf(queryOf(req).get('file_name'));
    const digest = createHash('sha256')
      .update(JSON.stringify([fileName, mediaType]))
      .update(bytes)
      .digest();
    const assetId = `ast_${digest.subarray(0, 16).toString('base64url')}`;
    await deps.bus.objects('assets').put(assetId, { bytes, fileName, mediaType });
    const facts = { asset_id: assetId, file_name: fileName, media_type: mediaType, byte_length: bytes.length };
    sendAnswer(res, jsonAnswer(200, facts));
  };
}

/** A name, never a path, on one line. */
function fileNameOf(given: string | null): string {
  const last = (given ?? '').split(/[/\\]/).at(-1) ?? '';
  const name = last
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, 255);
  return name === '' ? 'file' : name;
}
