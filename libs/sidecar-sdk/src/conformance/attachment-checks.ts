import { failed, judge, notApplicable, type Check, type CheckContext, type Finding } from './check.ts';
import { needsRoute } from './delivery-checks.ts';
import { newDelivery, outcomeOf, shown, type Called } from './sidecar-client.ts';
import type { Download } from './gateway-routes.ts';
import type { AssetMode } from './offered-files.ts';

/** Rules of files in deliveries. */
export const attachmentChecks: Check[] = [
  {
    id: 'attachment-fetched',
    section: '2.7',
    title: 'fetches the file of a delivery',
    expected: 'a GET of its download_path, and of nothing else, before it says committed',
    run: (context) =>
      withFile(context, 'given', ({ called, downloads, path }) => {
        const others = downloads.filter((download) => download.path !== path).map((download) => download.path);
        if (others.length > 0) return failed(`it asked for ${others.join(', ')}`);
        if (outcomeOf(called) !== 'committed') return notApplicable(`the file was not taken: ${shown(called)}`);
        return judge(
          downloads.length > 0,
          downloads.length > 0 ? 'fetched' : 'committed, and the file was never fetched',
        );
      }),
  },
  {
    id: 'attachment-token',
    section: '2.7',
    title: 'shows the token when it fetches a file',
    expected: 'Authorization: Bearer with the shared token',
    run: (context) =>
      withFile(context, 'given', ({ downloads }) => {
        if (context.token === undefined) return notApplicable('no token is set: pass --token');
        if (downloads.length === 0) return notApplicable('no file was fetched');
        const right = downloads.every(({ authorization }) => authorization === `Bearer ${context.token}`);
        return judge(right, right ? 'shown' : 'missing or another one');
      }),
  },
  {
    id: 'attachment-unavailable',
    section: '2.7',
    title: 'does not say committed without the file',
    expected: 'retryable_error while the gateway answers 503 for the file',
    run: (context) =>
      withFile(context, 'unavailable', ({ called }) => judge(outcomeOf(called) === 'retryable_error', shown(called))),
  },
];

interface WithFile {
  called: Called;
  /** What was asked for below `deliveries/` meanwhile. */
  downloads: Download[];
  path: string;
}

async function withFile(context: CheckContext, mode: AssetMode, look: (seen: WithFile) => Finding): Promise<Finding> {
  const { sidecar, gateway, route, learned } = context;
  if (learned.manifest?.capabilities.attachments_out !== true) return notApplicable('attachments_out is false');
  if (learned.plain !== 'committed') return notApplicable(needsRoute);
  const delivery = newDelivery('a file', route);
  const { asset } = gateway.offer(delivery.delivery_id, { bytes: Buffer.from(delivery.delivery_id), mode });
  const before = gateway.downloads.length;
  const called = await sidecar.deliver({ ...delivery, parts: [{ type: 'attachment', attachment: asset }] });
  return look({ called, downloads: gateway.downloads.slice(before), path: asset.download_path });
}
