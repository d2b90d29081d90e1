import type { Bus } from '@trunkline/bus';
import { findReceipt, queryOf, receiptAnswer, sendAnswer, type IngressHandler } from '@trunkline/gateway-kit';
import { authenticate, findConnector, type AccessDeps } from './access.ts';

const noBody = Buffer.alloc(0);

/** Tells what became of an event. The caller proves itself as for the POST; a signature covers the empty body. */
export function tellReceipt(deps: AccessDeps & { bus: Pick<Bus, 'bucket' | 'read' | 'names'> }): IngressHandler {
  return async ({ req, res, params }) => {
    const { name = '', event_id: eventId = '' } = params;
    const found = findConnector(name, deps);
    if (!found.ok) return sendAnswer(res, found.answer);
    const caller = { req, body: noBody, accessToken: queryOf(req).get('access_token') ?? undefined };
    const access = authenticate(caller, found.value, deps);
    if (!access.ok) return sendAnswer(res, access.answer);
    const about = { connector: { kind: 'http' as const, name }, eventId };
    sendAnswer(res, receiptAnswer(await findReceipt(about, deps.bus), about));
  };
}
