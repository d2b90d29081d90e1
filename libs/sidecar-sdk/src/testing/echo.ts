import type { Sidecar } from '../create-sidecar.ts';
import type { SidecarLog } from '../log.ts';
import type { Delivery } from '../runtime-contract.ts';

/** Says nothing: tests fail on console output. */
export const quiet: SidecarLog = { info: () => {}, warn: () => {}, error: () => {} };

/** A platform that says everything back: fetches the files, then submits the text as an event. */
export async function echo(sidecar: Sidecar, delivery: Delivery): Promise<void> {
  for (const part of delivery.parts) if (part.type === 'attachment') await sidecar.downloadAsset(part.attachment);
  void sidecar
    .submit({ event_id: delivery.delivery_id, content: delivery.content, thread: { path: ['echo'] } })
    .catch(() => {});
}
