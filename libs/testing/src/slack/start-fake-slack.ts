import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import express, { type Router } from 'express';
import type { Happening } from './announce.ts';
import type { EventContexts } from './authorizations.ts';
import { buildWorld, type WorldSpec } from './build-world.ts';
import { createChannelBudget, type ChannelBudget } from './channel-budget.ts';
import { createDeliver, type DeliverySettings } from './deliver-events.ts';
import type { EventDelivery } from './delivery.ts';
import { createAnnounce, tellInstall } from './envelope.ts';
import { fakeSlack, type FakeSlack } from './fake-slack.ts';
import { createFaults } from './faults.ts';
import { fileRoutes } from './file-routes.ts';
import { createInteractions } from './interactions.ts';
import type { MethodContext, MethodSettings } from './method.ts';
import { webApiMethods } from './methods/all.ts';
import { createPeople } from './people.ts';
import { createResponseUrls } from './response-urls.ts';
import { SocketMode } from './socket-mode.ts';
import { answerCall, type RecordedCall, type WebApiDeps } from './web-api.ts';

/** Times are Slack's own unless a test wants to be faster; a port of 0, the default, is any free one. */
export interface FakeSlackOptions extends WorldSpec, Partial<DeliverySettings>, Partial<MethodSettings> {
  port?: number;
  /** Pings over Socket Mode; 10 s. */
  pingEveryMs?: number;
  /** From a disconnect frame to the end of its connection; 2 s. */
  disconnectAfterMs?: number;
  /** Answers `chat.postMessage` with 429 above this. Slack's is one per second with short bursts; none unless given. */
  channelBudget?: ChannelBudget;
  /** Whether apps hear of what bots post, change and react, their own messages included, as at Slack; true unless told otherwise. */
  echo?: boolean;
}

/** Starts a Slack of its own on 127.0.0.1: `await using slack = await startFakeSlack()`. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const server = createServer();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return assemble(server, url, options);
}

function assemble(server: Server, url: string, options: FakeSlackOptions): FakeSlack {
  const world = buildWorld(options);
  const { ackTimeoutMs = 3_000, retryDelaysMs = [0, 60_000, 300_000], streamIdleMs = 300_000 } = options;
  const { pingEveryMs = 10_000, disconnectAfterMs = 2_000, echo = true } = options;
  const closing = new AbortController();
  const faults = createFaults();
  const takeFault = faults.take;
  const socketMode = new SocketMode({ world, settings: { ackTimeoutMs, pingEveryMs, disconnectAfterMs } });
  const settings = { ackTimeoutMs, retryDelaysMs };
  const deliveries: EventDelivery[] = [];
  const start = createDeliver({
    world,
    settings,
    takeFault,
    sendToSocket: (app, envelope) => socketMode.send(app, envelope),
    closing: closing.signal,
  });
  const deliver: typeof start = (app, what) => {
    const delivery = start(app, what);
    deliveries.push(delivery);
    return delivery;
  };
  const contexts: EventContexts = new Map();
  const announce = createAnnounce({ world, contexts, deliver });
  const calls: RecordedCall[] = [];
  const listeners: ((call: RecordedCall) => void)[] = [];
  const responses: { url: string; args: MethodContext['ephemerals'][number] }[] = [];
  const context = {
    world,
    url,
    announce: (happening: Happening) => (echo ? announce(happening) : []),
    settings: { streamIdleMs },
    statuses: new Map(),
    ephemerals: [],
    triggers: new Map(),
  };
  const responseUrls = createResponseUrls({ ...context, takeFault, record: (call) => responses.push(call) });
  const waitForChannel = createChannelBudget(options.channelBudget, world.now);
  const methods = webApiMethods({ openTicket: (app) => socketMode.openTicket(app), contexts });
  const answered = (call: RecordedCall) => listeners.forEach((listen) => listen(call));
  const record = (call: RecordedCall) => calls.push(call);
  const api = { context, methods, takeFault, waitForChannel, record, answered };
  serve(server, { api, socketMode, routers: [fileRoutes({ world, takeFault }), responseUrls.router] });
  return fakeSlack({
    url,
    world,
    faults: { add: faults.add, clear: faults.clear },
    sockets: socketMode.controls(),
    people: createPeople({ world, url, announce }),
    interactions: createInteractions({ ...context, responseUrl: responseUrls.grant, deliver }),
    announce,
    tell: (of) => tellInstall(of, { world, contexts, deliver }),
    deliver,
    deliveries,
    calls,
    listeners,
    responses,
    context,
    async stop() {
      closing.abort();
      socketMode.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function serve(
  server: Server,
  { api, socketMode, routers }: { api: WebApiDeps; socketMode: SocketMode; routers: Router[] },
): void {
  const app = express();
  app.use(express.raw({ type: () => true, limit: '200mb' }));
  app.all('/api/:method', (request, response) => answerCall(request, response, api));
  for (const router of routers) app.use(router);
  server.on('request', app);
  server.on('upgrade', (request, socket, head) => socketMode.upgrade(request, socket, head));
}
