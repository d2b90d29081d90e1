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
    const reader = await bus.follow('OUTPUTS', bus.names.output('s1'), { from: 'new' });
    const leases = bus.bucket<object>('worker_leases');
    await waitFor(async () => (await keysOf(leases)).length > 60, { what: 'the agent', timeoutMs: 20_000 });
    for (const text of ['one', 'two'])
      await bus.append(bus.names.turn('=c', 's1'), encodeJson(turn(text, bus.names.output('s1'))));
    const contents: unknown[] = [];
    for await (const message of reader.messages) {
      contents.push((message.json() as { content: string }).content);
      if (contents.length === 2) break;
    }
    await reader.stop();
    expect(contents).toEqual(['**1.** You said: one', '**2.** You said: two']);
  } finally {
    agent.kill('SIGTERM');
    await once(agent, 'exit');
    await bus.close();
  }
  expect(agent.exitCode).toBe(0);
});

async function keysOf(bucket: { entries(): AsyncIterable<{ key: string }> }): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.entries()) keys.push(key);
  return keys;
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
