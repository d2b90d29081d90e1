import { createGuardedFetch } from '@trunkline/gateway-kit';
import type { EmitOutcome } from '@trunkline/gateway-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { createOwnMarks } from './own-mark.ts';
import { httpSimulate } from './simulate.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { receivingApp } from './testing/receiving-app.ts';

const fetch = createGuardedFetch();
afterAll(() => fetch.close());
const marks = createOwnMarks('only-we-know');
const message = { event_id: 'sim_1', text: 'hello', conversation: 'playground:1', author: 'ana' };
const receipt = { event_id: 'sim_1', seq: 1, status: 'accepted', session_id: 'playground:1', turn_id: 't1' } as const;

/** Simulates at an ingress that has `known` with a connector that has `tried`, which is the same unless told. */
async function simulate({
  outcome,
  known = readyEntry(),
  tried = known,
}: {
  outcome?: EmitOutcome;
  known?: ReturnType<typeof readyEntry>;
  tried?: ReturnType<typeof readyEntry>;
}) {
  await using app = await receivingApp([known], { marks });
  if (outcome) app.answerWith(outcome);
  const ingressUrl = `http://127.0.0.1:${app.port}`;
  const simulation = await httpSimulate({ ingressUrl, mark: marks.simulation, fetch, now: Date.now })(message, tried);
  return { simulation, events: app.emitted.map(({ request }) => request.event) };
}

describe('a simulated message', () => {
  it.each([
    { because: 'a bearer token', fields: { bearer_token: 'right', allow_unauthenticated_ingress: false } },
    { because: 'a signature', fields: { signing_secret: 's3cret-word', signature_scheme: 'github' } },
    { because: 'no proof, but our mark', fields: {} },
  ])('is let in with $because and becomes an event of its conversation', async ({ fields }) => {
    const known = readyEntry({ ...fields, default_binding_keys: ['of-callers'] });
    const { simulation, events } = await simulate({ known, outcome: { outcome: 'routed', receipt } });
    expect(simulation).toEqual({ outcome: 'accepted', session_id: 'playground:1', turn_id: 't1' });
    expect(events).toMatchObject([
      {
        id: 'sim_1',
        data: {
          content: { text: 'hello' },
          actor: { id: 'operator:ana' },
          requested_session_id: 'playground:1',
          binding_keys: [{ key: 'playground:1' }],
          metadata: { simulated: true },
        },
      },
    ]);
  });

  const code = 'session_missing';
  it.each([
    { because: 'nobody has judged', outcome: { outcome: 'stored' } as const, expected: { outcome: 'pending' } },
    {
      because: 'a router refused',
      outcome: {
        outcome: 'rejected',
        receipt: { event_id: 'sim_1', seq: 1, status: 'rejected', code, reason: 'None.' },
        repeated: false,
      } as const,
      expected: { outcome: 'rejected', reason: { code, detail: 'None.' } },
    },
    {
      because: 'other content has the id of',
      outcome: { outcome: 'conflict', receipt } as const,
      expected: {
        outcome: 'refused',
        reason: { code: 'idempotency_conflict', detail: expect.stringContaining('new id') },
      },
    },
  ])('tells of one that $because', async ({ outcome, expected }) => {
    expect((await simulate({ outcome })).simulation).toEqual(expected);
  });

  it('tells why it was not let in', async () => {
    const known = readyEntry({ bearer_token: 'right' });
    const { simulation, events } = await simulate({ known, tried: readyEntry({ bearer_token: 'other' }) });
    expect(simulation).toMatchObject({ outcome: 'refused', reason: { code: 'unauthenticated' } });
    expect(events).toEqual([]);
  });

  it('is not for connectors whose payloads only their callers know', async () => {
    const { simulation, events } = await simulate({ known: readyEntry({ payload_format: 'raw' }) });
    expect(simulation).toMatchObject({ outcome: 'refused', reason: { code: 'payload_format_unsupported' } });
    expect(events).toEqual([]);
  });

  it('is refused where nothing listens', async () => {
    const deps = { ingressUrl: 'http://127.0.0.1:1', mark: marks.simulation, fetch, now: Date.now };
    expect(await httpSimulate(deps)(message, readyEntry())).toMatchObject({ reason: { code: 'ingress_unreachable' } });
  });
});
