import { randomUUID } from 'node:crypto';
import type { ExternalConnector } from '@trunkline/config';
import { eventResultSchema, ingressVersion, manifestSchema, type EventRequest } from '@trunkline/sidecar-sdk';
import { CommandFailed } from './exit-codes.ts';
import { nothingAnswers, type Answered } from './simulate-outcome.ts';

export interface SimulatedExternal {
  connector: ExternalConnector;
  /** Base URL of the gateway. */
  url: string;
  text: string;
  token: string | undefined;
  user: string;
  /** Where it was said, outermost first. */
  thread: readonly string[];
  /** Where the answer goes, in the words of the sidecar. */
  route?: string;
  /** The same one twice is a duplicate. */
  eventId?: string;
}

/** Posts a message as the connector's sidecar would. A child process is asked for its manifest: the gateway takes no other instance. */
export async function simulateExternal(simulated: SimulatedExternal): Promise<Answered> {
  const { connector, url, token } = simulated;
  const event = eventOf(simulated, await instanceOf(connector, token));
  const address = `${url}/v1/connectors/external/${encodeURIComponent(connector.name)}/events`;
  const headers = { 'content-type': 'application/json', ...bearer(token) };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(event) }).catch(
    (cause: unknown) => {
      throw nothingAnswers(url, cause);
    },
  );
  const body = await response.text();
  refuseRejected(body);
  const isOurs = (eventId: string) => eventId === event.event_id;
  return { status: response.status, body, isEvent: ({ id }) => isOurs(id), isIgnored: isOurs };
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

function eventOf({ text, user, thread, route, eventId }: SimulatedExternal, instanceId: string) {
  return {
    protocol_version: ingressVersion,
    instance_id: instanceId,
    event_id: eventId ?? `sim_${randomUUID()}`,
    occurred_at_ms: Date.now(),
    actor_id: user,
    source_kind: 'message.created',
    thread: { path: [...thread] },
    content: text,
    reply_route: route ?? thread.at(-1),
  } satisfies Partial<EventRequest>;
}

async function instanceOf({ name, mode, base_url }: ExternalConnector, token: string | undefined): Promise<string> {
  if (mode === 'remote_http') return `simulated-${randomUUID()}`;
  const at = `${base_url.replace(/\/+$/, '')}/manifest`;
  const response = await fetch(at, { headers: bearer(token) }).catch(() => undefined);
  if (response?.status === 401) {
    throw new CommandFailed(`The sidecar of ${name} refuses the token.`, {
      exit: 'auth',
      fix: 'Give it with --token.',
    });
  }
  const read = manifestSchema.safeParse(jsonOf((await response?.text()) ?? ''));
  if (read.success) return read.data.instance_id;
  throw new CommandFailed(`The sidecar of ${name} shows no manifest at ${base_url}.`, {
    exit: 'unreachable',
    fix: 'The gateway runs it: /readyz of its ops port shows how it is, and its log what it said last.',
  });
}

/** A rejection is answered with 200, as the protocol wants it, and is no success all the same. */
function refuseRejected(body: string): void {
  const result = eventResultSchema.safeParse(jsonOf(body));
  if (!result.success || result.data.status !== 'rejected') return;
  const { code, reason } = result.data;
  throw new CommandFailed(`The gateway rejected the event (${code ?? 'no code'}): ${reason ?? 'no reason'}`, {
    exit: 'failed',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
