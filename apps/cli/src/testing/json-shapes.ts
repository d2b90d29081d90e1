import { routes } from '@trunkline/control-api';
import { eventSchema } from '@trunkline/events';
import { z } from 'zod';

const text = z.string();
const { shape: pages } = z.object({
  deliveries: routes.listDeliveries.answer,
  events: routes.listEvents.answer,
  connectors: routes.listConnectors.answer,
  tokens: routes.listTokens.answer,
  audit: routes.listAudit.answer,
  grants: routes.listGrants.answer,
  secrets: routes.listSecrets.answer,
  sessions: routes.listSessions.answer,
  turns: routes.listTurns.answer,
  outputs: routes.listOutputs.answer,
});
const item = (name: keyof typeof pages): z.ZodType => pages[name].shape.items.element;

const problem = z.object({ connector: text.optional(), message: text });
const ended = (key: string, state: string) => z.object({ [key]: text, state: z.literal(state) });
const simulated = z.looseObject({ status: z.union([z.int(), text]) });

/**
 * What each line is that a command prints with `--json`: part of what it promises to scripts. `none`: it prints no result, or runs until
 * it is stopped; `raw`: text that another program reads.
 */
export const jsonShapes: Readonly<Record<string, z.ZodType | 'none' | 'raw'>> = {
  dev: 'none',
  init: z.object({ file: text, change: text }),
  completion: 'raw',
  'config check': z.union([
    z.object({ ok: z.literal(true), connectors: z.int(), warnings: z.array(problem) }),
    z.object({ ok: z.literal(false), problems: z.array(problem) }),
  ]),
  'config print': z.looseObject({ kind: text, name: text, enabled: z.boolean() }),
  'bus migrate': z.object({ stream: text, change: z.enum(['created', 'updated']), fields: text }),
  'bus status': z.object({
    stream: text,
    state: z.enum(['ok', 'missing', 'different']),
    messages: z.int().optional(),
    bytes: z.int().optional(),
    consumers: z.int().optional(),
  }),
  'bus permissions': z.object({
    user: text,
    permissions: z.object({
      publish: z.object({ allow: z.array(text) }),
      subscribe: z.object({ allow: z.array(text) }),
    }),
  }),
  'bus backup': z.looseObject({ folder: text }),
  'bus restore': z.looseObject({ folder: text }),
  'events tail': z.looseObject({}),
  'events list': item('events'),
  'events get': routes.getEvent.answer,
  'events replay': routes.replayEvent.answer,
  'deliveries list': item('deliveries'),
  'deliveries get': routes.getDelivery.answer,
  'deliveries replay': routes.replayDelivery.answer,
  'deliveries resolve': routes.resolveDelivery.answer,
  'deliveries correct': routes.correctDelivery.answer,
  'deliveries cancel': routes.cancelDelivery.answer,
  'deliveries replay-bulk': routes.replayDeliveries.answer.shape.items.element,
  'targets reset': routes.resetTarget.answer,
  'sessions list': item('sessions'),
  'sessions get': routes.getSession.answer,
  'sessions create': routes.createSession.answer,
  'sessions end': ended('session_id', 'ended'),
  'sessions turns': item('turns'),
  'sessions outputs': item('outputs'),
  'sessions input': routes.addInput.answer,
  'sessions apply-policy': routes.applySessionPolicy.answer,
  'sessions set-persona': routes.putPersona.answer,
  'sessions set-capability-scope': routes.putCapabilityScope.answer,
  'sessions set-credential-scope': routes.putCredentialScope.answer,
  'sessions reply-targets get': routes.getReplyTargets.answer,
  'sessions reply-targets set': routes.putReplyTargets.answer,
  'sessions reply-targets clear': z.object({ session_id: text, reply_targets: z.array(z.unknown()).length(0) }),
  'connectors list': item('connectors'),
  'connectors get': routes.getConnector.answer,
  'connectors put': routes.putConnector.answer,
  'connectors enable': routes.enableConnector.answer,
  'connectors disable': routes.disableConnector.answer,
  'connectors delete': routes.deleteConnector.answer.extend({ kind: text, name: text }),
  'connectors test': routes.testConnector.answer,
  'connectors log': routes.showConnectorLog.answer.shape.lines.element,
  'secrets list': item('secrets'),
  'secrets set': routes.setSecret.answer,
  'secrets delete': ended('reference', 'deleted'),
  'secrets rekey': routes.rekeySecrets.answer,
  'secrets generate-key': z.object({ id: text, key: text }),
  'secrets derive-key': z.object({ keyring: z.array(text) }),
  'tokens list': item('tokens'),
  'tokens create': routes.createToken.answer,
  'tokens revoke': ended('token_id', 'revoked'),
  audit: item('audit'),
  'grants list': item('grants'),
  'grants revoke': z.object({ kind: text, connector: text, state: z.literal('revoked') }),
  'groups list': z.looseObject({ name: text }),
  'groups create': z.looseObject({}),
  'groups delete': ended('name', 'deleted'),
  explain: routes.explainRequest.answer,
  doctor: z.object({
    check: text,
    outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
    detail: text,
    fix: text.optional(),
  }),
  'simulate http': z.union([simulated, eventSchema]),
  'simulate slack': simulated,
  'simulate telegram': simulated,
  'simulate external': simulated,
  'fake slack': 'none',
  'fake telegram': 'none',
  'fake http': 'none',
  'sidecar check': z.looseObject({}),
};

/** The words of a command line that name its command. */
export function commandIn(args: readonly string[]): string | undefined {
  const spelled = args.join(' ');
  const named = Object.keys(jsonShapes).filter((path) => ` ${spelled} `.includes(` ${path} `));
  return named.sort((a, b) => b.length - a.length)[0];
}

/** What is wrong with what a command printed; empty when all of it has the shape that it promises. */
export function jsonFaults(args: readonly string[], out: string): string[] {
  const shape = jsonShapes[commandIn(args) ?? ''];
  if (!args.includes('--json') || shape === undefined || typeof shape === 'string') return [];
  const lines = out.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const read = shape.safeParse(JSON.parse(line));
    return read.success ? [] : [`${commandIn(args)}: ${z.prettifyError(read.error)}\n${line.slice(0, 500)}`];
  });
}
