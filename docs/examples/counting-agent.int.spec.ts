import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { encodeJson, migrateStreams, openBus } from '@trunkline/bus';
import { startNats, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const policy = { create_if_missing: true, capability_scope: {}, credential_scope: {} };

it('the agent of the README answers turns, counts them and ends when it is told to', async () => {
  await using nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const env = { ...process.env, NATS_URL: nats.url };
  const agent = spawn(process.execPath, [join(import.meta.dirname, 'counting-agent.ts')], { env, stdio: 'inherit' });
  try {
    const cursors = bus.bucket<object>('cursors');
    await waitFor(async () => (await countOf(cursors.entries())) === 64, { what: 'the agent', timeoutMs: 20_000 });
    const subject = bus.names.output('s1');
    for (const text of ['one', 'two']) await bus.append(bus.names.turn('=c', 's1'), encodeJson(turn(text, subject)));
    const second = await waitFor(() => bus.read('OUTPUTS', { firstOf: subject, fromSeq: 2 }), {
      what: 'two outputs',
      timeoutMs: 15_000,
    });
    const first = await bus.read('OUTPUTS', { firstOf: subject, fromSeq: 1 });
    const contents = [first, second].map((output) => (output?.json() as { content: string }).content);
    expect(contents).toEqual(['**1.** You said: one', '**2.** You said: two']);
  } finally {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
    await bus.close();
  }
  expect(agent.exitCode).toBe(0);
});

async function countOf(entries: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of entries) count++;
  return count;
}

function turn(text: string, subject: string): object {
  const connector = { kind: 'http', name: 'demo' };
  return {
    v: 1,
    turn_id: `trn_${text}`,
    session: { session_id: 's1', generation: 1, capability_scope: {}, credential_scope: {} },
    seq: 1,
    event: {
      specversion: '1.0',
      id: text,
      source: '/connectors/http/demo',
      type: 'trunkline.domain.event',
      subject: 's1',
      time: '2026-01-01T00:00:00Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:trunkline:event:1.0',
      connector: 'http/demo',
      platform: 'http',
      partitionkey: 's1',
      data: {
        connector,
        platform: 'http',
        actor: { id: 'a' },
        conversation: { key: 's1', kind: 'none', path: ['s1'] },
        content: { text },
        binding_keys: [],
        reply_targets: [],
        session: { policy },
        metadata: {},
      },
    },
    reply_targets: [],
    reply_handle: 'sealed',
    output_subject: subject,
  };
}
