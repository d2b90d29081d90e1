import type { Bus } from '@trunkline/bus';
import { isSettled, progressKey, type ProgressRecord } from '@trunkline/deliveries';
import { problem } from '@trunkline/errors';
import { readDelivery } from '@trunkline/events';
import { sendAnswer, sendProblem, type IngressHandler } from '@trunkline/gateway-kit';
import { authenticate, findConnector, type AccessDeps } from './access.ts';
import { assetIdOf, attachmentsOf } from './delivery-files.ts';

const mediaType = /^[\w.+-]+\/[\w.+-]+$/;

/** Serves a file of a delivery to its sidecar, for as long as the delivery is under way and to nobody else. */
export function serveDeliveryAsset(
  deps: AccessDeps & { bus: Pick<Bus, 'bucket' | 'objects' | 'readSome'> },
): IngressHandler {
  return async ({ req, res, params }) => {
    const { name = '', delivery_id: deliveryId = '', asset_id: assetId = '' } = params;
    const found = findConnector(name, deps);
    if (!found.ok) return sendAnswer(res, found.answer);
    const access = authenticate(req, found.value, deps);
    if (!access.ok) return sendAnswer(res, access.answer);
    const file = (await belongs({ name, deliveryId, assetId }, deps.bus))
      ? await deps.bus.objects('assets').get(assetId)
      : undefined;
    if (file === undefined) return sendProblem(res, notFound);
    res.writeHead(200, {
      'content-type': mediaType.test(file.mediaType ?? '') ? file.mediaType : 'application/octet-stream',
      'content-length': file.bytes.length,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    res.end(file.bytes);
  };
}

interface Asked {
  name: string;
  deliveryId: string;
  assetId: string;
}

const idPattern = /^[A-Za-z0-9_-]{1,200}$/;

/** Whether this pending delivery goes to this connector and has this file in its output. */
async function belongs({ name, deliveryId, assetId }: Asked, bus: Pick<Bus, 'bucket' | 'readSome'>): Promise<boolean> {
  if (!idPattern.test(deliveryId)) return false;
  const record = (await bus.bucket<ProgressRecord>('progress').get(progressKey(deliveryId)))?.value;
  if (!record || record.seq === undefined || isSettled(record.state)) return false;
  if (record.connector.kind !== 'external' || record.connector.name !== name) return false;
  const [stored] = await bus.readSome('DELIVERIES', { firstOf: record.subject, fromSeq: record.seq }, 1);
  const delivery = stored && readDelivery(stored.json());
  if (!delivery?.ok || delivery.value.delivery_id !== deliveryId) return false;
  return attachmentsOf(delivery.value).some((part) => assetIdOf(part) === assetId);
}

const notFound = problem('asset_not_found', {
  detail:
    'There is no such file in a pending delivery of this connector. Files are served until the delivery is answered.',
});
