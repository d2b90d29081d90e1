import type { Bus } from '@trunkline/bus';
import type { ConnectorLog, ConnectorTest, Explanation, gatewayRoutes } from '@trunkline/control-api';
import type { ConnectorKind, PlatformRequest } from '@trunkline/events';
import { createSessionStore, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';
import type { HandlersOf, Refusal } from '../operation.ts';
import { askGateway, unexpectedAnswer } from './ask-gateway.ts';
import { explainEvent, type ExplainEventDeps } from './explain-event.ts';
import { simulateMessage } from './simulate-message.ts';

interface Asked {
  kind: ConnectorKind;
  name: string;
}

/** Operations that only a gateway can do. */
export function gatewayHandlers(deps: { bus: Bus; now: () => number }): HandlersOf<typeof gatewayRoutes> {
  const { bus, now } = deps;
  const sessions = createSessionStore({
    sessions: bus.bucket<SessionRecord>('sessions'),
    bindings: bus.bucket<BindingRecord>('bindings'),
    boundKeys: bus.bucket<BoundKey>('bindings'),
    now,
  });
  const explain = (asked: Asked, request: PlatformRequest) => explainRequest(asked, request, { bus, sessions, now });
  return {
    async testConnector({ params }) {
      const tested = await testConnector(params, bus);
      return 'problem' in tested ? tested : { answer: tested, audit: 'nothing_changed' };
    },
    async showConnectorLog({ params }) {
      const read = await readLog(params, bus);
      return 'problem' in read ? read : { answer: read };
    },
    async simulateMessage({ params, body, caller }) {
      const simulated = await simulateMessage({ ...params, ...body, author: caller.name }, bus);
      if ('problem' in simulated) return simulated;
      const { status, event_id } = simulated;
      if (status === 'refused') return { answer: simulated, audit: 'nothing_changed' };
      return { answer: simulated, audit: { target: params, changes: [{ field: 'simulated', to: event_id }] } };
    },
    async explain({ query: { kind, name, body, content_type: type } }) {
      const headers: PlatformRequest['headers'] = type === undefined ? {} : { 'content-type': [type] };
      const explained = await explain({ kind, name }, { body, headers, query: '' });
      return 'problem' in explained ? explained : { answer: explained };
    },
    async explainRequest({ body: { kind, name, body, headers, query } }) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const lowerCase = Object.entries(headers).map(([field, values]) => [field.toLowerCase(), values]);
      const explained = await explain({ kind, name }, { body: text, headers: Object.fromEntries(lowerCase), query });
      return 'problem' in explained ? explained : { answer: explained, audit: 'nothing_changed' };
    },
  };
}

async function testConnector({ kind, name }: Asked, bus: Bus): Promise<ConnectorTest | Refusal> {
  const asked = await askGateway({ kind, question: { v: 1, ask: 'probe', connector: name } }, bus);
  if ('problem' in asked) return asked;
  if (asked.answer.answer !== 'probed') return unexpectedAnswer(asked.answer);
  const { gateway, checks } = asked.answer;
  const passed = checks.every(({ outcome }) => outcome !== 'failed');
  return { connector: { kind, name }, gateway, passed, checks };
}

async function readLog({ kind, name }: Asked, bus: Bus): Promise<ConnectorLog | Refusal> {
  const asked = await askGateway({ kind, question: { v: 1, ask: 'log', connector: name } }, bus);
  if ('problem' in asked) return asked;
  if (asked.answer.answer !== 'logged') return unexpectedAnswer(asked.answer);
  const { gateway, lines } = asked.answer;
  return { connector: { kind, name }, gateway, lines };
}

async function explainRequest(
  { kind, name }: Asked,
  request: PlatformRequest,
  deps: ExplainEventDeps & { bus: Bus },
): Promise<Explanation | Refusal> {
  const asked = await askGateway({ kind, question: { v: 1, ask: 'explain', connector: name, request } }, deps.bus);
  if ('problem' in asked) return asked;
  if (asked.answer.answer !== 'explained') return unexpectedAnswer(asked.answer);
  const { gateway, admission, events } = asked.answer;
  const explained = await Promise.all(events.map((event) => explainEvent(event, deps)));
  return { connector: { kind, name }, gateway, admission, events: explained };
}
