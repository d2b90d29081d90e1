import type { Bus } from '@trunkline/bus';
import { findReceipt, receiptAnswer, sendAnswer, type IngressHandler } from '@trunkline/gateway-kit';
import { authenticate, findConnector, type AccessDeps } from './access.ts';

/** Tells what became of an event, to whoever could have sent it. */
export function tellReceipt(deps: AccessDeps & { bus: Pick<Bus, 'bucket' | 'read' | 'names'> }): IngressHandler {
  return async ({ req, res, params }) => {
    const { name = '', event_id: eventId = '' } = params;
    const found = findConnector(name, deps);
    if (!found.ok) return sendAnswer(res, found.answer);
    const access = authenticate(req, found.value, deps);
    if (!access.ok) return sendAnswer(res, access.answer);
    const about = { connector: { kind: 'external' as const, name }, eventId };
    sendAnswer(res, receiptAnswer(await findReceipt(about, deps.bus), about));
  };
}
