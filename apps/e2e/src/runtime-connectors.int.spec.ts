import { randomBytes } from 'node:crypto';
import { createControlClient, type ConnectorView, type ControlClient } from '@trunkline/control-api';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything, readJudged } from './chaos/read-history.ts';
import { openReplyReceiver } from './chaos/reply-receiver.ts';
import { adminToken, startInstallation, type Installation } from './installation.ts';
import { postSigned, startSteadySender, type SenderSecrets, type SteadySender } from './operators/steady-sender.ts';

/** What operators do while events come in: nothing that was acknowledged may be lost, and nothing that is in order refused. */
const perSecond = 200;
const graceSeconds = 8;
const patient = { timeoutMs: 20_000 };

let installation: Installation;
let sender: SteadySender;
let operators: ControlClient[];
const figures: Record<string, number> = {};

const freshSecrets = (): SenderSecrets => ({
  bearer: randomBytes(24).toString('base64url'),
  signing: `whsec_${randomBytes(24).toString('base64')}`,
});
const first = freshSecrets();
const second = freshSecrets();
const extra = freshSecrets();

beforeAll(async () => {
  installation = await startInstallation({ connectors: '', gateways: 3, routers: 1, controlPlanes: 2, consumers: 1 });
  for (const { bearer, signing } of [first, second, extra]) {
    for (const secret of [bearer, signing]) installation.leakWatch.hide(secret);
  }
  operators = installation.controlUrls.map((url) => createControlClient({ url, token: adminToken }));
  await put('hook', { ...values(first), ...unlimited });
  await liveEverywhere('hook', { status: 202 }, first);
  const { gatewayUrls: gateways } = installation;
  sender = startSteadySender({ connector: 'hook', perSecond, gateways, secrets: { first } });
}, 180_000);
afterAll(async () => {
  await sender?.stop();
  await installation?.[Symbol.asyncDispose]();
}, 60_000);

const values = ({ bearer, signing }: SenderSecrets, more: { grace_seconds?: number } = {}) => ({
  bearer_token: { value: bearer, ...more },
  signing_secret: { value: signing, ...more },
});
const unlimited = { ingress_events_per_second: 100_000 };
const at = (name: string) => ({ params: { kind: 'http', name } }) as const;

/** By one operator and the other in turn: they sit at different control planes. */
function operator(): ControlClient {
  const [next] = operators;
  operators.push(...operators.splice(0, 1));
  if (!next) throw new Error('There is no operator.');
  return next;
}
const put = (name: string, body: Record<string, unknown>, ifMatch?: string) =>
  operator().call('putConnector', { ...at(name), body, ...(ifMatch !== undefined && { ifMatch }) });
const view = async (name: string): Promise<ConnectorView> => (await operator().call('getConnector', at(name))).body;

/** Waits until every replica answers like this; notes how long the slowest of all took from when the change was sent. */
async function liveEverywhere(
  connector: string,
  wanted: { status: number; says?: string; what?: string; since?: number },
  secrets: SenderSecrets = extra,
): Promise<void> {
  const { status, says = '', what, since = performance.now() } = wanted;
  await Promise.all(
    installation.gatewayUrls.map((gateway) =>
      waitFor(
        async () => {
          const answer = await postSigned({ gateway, connector }, secrets);
          if (answer.status === status && answer.body.includes(says)) return true;
          throw new Error(`It answers ${answer.status} ${answer.body}`);
        },
        { what: `${gateway} to answer ${status} ${says}`, ...patient },
      ),
    ),
  );
  if (what !== undefined) figures[what] = Math.max(figures[what] ?? 0, Math.round(performance.now() - since));
}

/** A change, and how long it took until every replica goes by it. */
async function timed(
  what: string,
  change: () => Promise<unknown>,
  wanted: { status: number; says?: string },
): Promise<void> {
  const since = performance.now();
  await change();
  await liveEverywhere('extra', { ...wanted, what, since });
}

async function storedDelivery(url: string): Promise<boolean> {
  for await (const { payload } of everything('DELIVERIES', installation.bus))
    if (Buffer.from(payload).includes(url)) return true;
  return false;
}

const refusedIn = (events: SteadySender['sent']) =>
  events
    .filter(({ status }) => status !== 200 && status !== 202)
    .map(({ id, by, status, body }) => `${id} ${by}: ${status} ${body}`);

describe(`while ${perSecond} events a second come in`, () => {
  it.each([1, 2, 3])(
    'a connector is created, changed, disabled, enabled and deleted, on every replica (%i)',
    async () => {
      await timed('create', () => put('extra', { ...values(extra), ...unlimited }), { status: 202 });
      await timed('change', () => put('extra', { payload_format: 'cloudevents' }), {
        status: 415,
        says: 'cloudevents',
      });
      await timed('disable', () => operator().call('disableConnector', at('extra')), {
        status: 404,
        says: 'connector_disabled',
      });
      await put('extra', { payload_format: null });
      await timed('enable', () => operator().call('enableConnector', at('extra')), { status: 202 });
      await waitFor(async () => (await view('extra')).in_sync, { what: 'the view to say so', ...patient });
      expect((await view('extra')).live.gateways).toHaveLength(3);
      await timed('delete', () => operator().call('deleteConnector', at('extra')), {
        status: 404,
        says: 'connector_not_found',
      });
    },
    120_000,
  );

  it('bearer and signing secret are rotated: both are taken in the window, the old ones refused after it', async () => {
    const since = performance.now();
    const rotatedAfter = Date.now();
    await put('hook', values(second, { grace_seconds: graceSeconds }));
    const rotatedBefore = Date.now();
    await liveEverywhere('hook', { status: 202, what: 'rotate', since }, second);
    sender.secrets.set('second', second);
    await waitFor(() => sender.sent.some(({ by }) => by === 'second'), { what: 'events signed anew', ...patient });
    // Both in turn for as long as the old ones certainly count.
    await waitFor(() => Date.now() > rotatedAfter + graceSeconds * 1000 - 1_500, {
      what: 'the end of the window',
      ...patient,
    });
    sender.secrets.delete('first');
    await waitFor(() => Date.now() > rotatedBefore + graceSeconds * 1000, { what: 'the grace to pass', ...patient });
    for (const gateway of installation.gatewayUrls) {
      for (const secrets of [first, { ...second, bearer: first.bearer }, { ...second, signing: first.signing }]) {
        expect((await postSigned({ gateway, connector: 'hook' }, secrets)).status).toBe(401);
      }
    }
    expect(sender.sent.filter(({ by, at }) => by === 'first' && at > rotatedBefore).length).toBeGreaterThan(100);
    const { bearer_token: token } = (await view('hook')).secrets;
    expect(token).toMatchObject({ version: 2, last_used_at: expect.any(String) });
  }, 120_000);

  it('a replica goes and comes back', async () => {
    const leaving = installation.process('http-gateway-3');
    const count = sender.sent.length;
    expect(await leaving.stop()).toBe(0);
    await waitFor(() => sender.sent.length > count + perSecond, { what: 'a second without it', ...patient });
    await waitFor(async () => (await view('hook')).live.gateways.length === 2, {
      what: 'the view to miss it',
      ...patient,
    });
    leaving.start();
    await leaving.ready();
    await waitFor(async () => (await view('hook')).live.gateways.length === 3, {
      what: 'the view to have it',
      ...patient,
    });
    await liveEverywhere('hook', { status: 202 }, second);
  }, 120_000);

  it('two operators write at once: one gets 412 and nothing of his is applied', async () => {
    const { etag = '' } = await operator().call('getConnector', at('hook'));
    const writes = ['ana', 'bob'].map((actor_id) => put('hook', { actor_id, default_binding_keys: [actor_id] }, etag));
    const done = await Promise.allSettled(writes);
    const lost = done.filter((one) => one.status === 'rejected');
    expect(lost.map(({ reason }: PromiseRejectedResult) => reason.problem)).toMatchObject([{ status: 412 }]);
    const winner = done[0]?.status === 'fulfilled' ? 'ana' : 'bob';
    expect((await view('hook')).config).toMatchObject({ actor_id: winner, default_binding_keys: [winner] });
  }, 60_000);

  it('what waits for a connector that is deleted goes out when one of its name is there again', async () => {
    await using receiver = await openReplyReceiver(1);
    const out = { allow_unauthenticated_ingress: true, allow_private_network: true };
    const target = { type: 'http', url: receiver.targetOf(1), connector: 'out' };
    await put('out', { ...out, enabled: false });
    await put('ask', { ...values(extra), default_reply_targets: [target] });
    await liveEverywhere('ask', { status: 202 });
    await waitFor(() => storedDelivery(receiver.targetOf(1)), { what: 'the delivery', ...patient });
    const deletion = operator().call('deleteConnector', at('out'));
    await expect(deletion).rejects.toMatchObject({ problem: { code: 'connector_in_use', connectors: ['http/ask'] } });
    await operator().call('deleteConnector', { ...at('out'), query: { force: 'true' } });
    await liveEverywhere('out', { status: 404, says: 'connector_not_found' });
    expect(receiver.replies).toEqual([]);
    await put('out', out);
    await waitFor(() => receiver.replies.length > 0, { what: 'the reply', ...patient });
  }, 60_000);

  it('no event was refused, none that was acknowledged is lost, and none became two', async () => {
    await sender.stop();
    const { sent } = sender;
    expect(refusedIn(sent)).toEqual([]);
    const ids = new Map<string, number>();
    for await (const message of everything('EVENTS', installation.bus)) {
      const { id } = message.json() as { id: string };
      ids.set(id, (ids.get(id) ?? 0) + 1);
    }
    expect(sent.filter(({ id }) => ids.get(id) !== 1)).toEqual([]);
    const turns = async () => new Set((await readJudged(installation.bus)).map(({ eventId }) => eventId));
    await waitFor(async () => (await turns()).size >= ids.size, { what: 'a turn for each', ...patient });
    const routed = await turns();
    expect(sent.filter(({ id }) => !routed.has(id))).toEqual([]);

    const seconds = ((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)) / 1000;
    const rate = Math.round(sent.length / seconds);
    process.stderr.write(
      `runtime connectors: ${sent.length} events, ${rate}/s, ${sender.repeats()} repeats; live ms ${JSON.stringify(figures)}\n`,
    );
  }, 120_000);
});
