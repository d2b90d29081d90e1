import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { greeting } from './greeting.ts';
import { NatsServerFailedError, freePort, startNats, tempDir, waitFor } from './index.ts';

describe('startNats', () => {
  it('gives a server with JetStream that answers on 127.0.0.1, and leaves nothing behind', async () => {
    let left = { port: 0, storeDir: '' };
    {
      await using nats = await startNats();
      left = { port: nats.port, storeDir: nats.storeDir };
      expect(await greeting(nats.port, 5_000)).toMatchObject({ jetstream: true, port: nats.port });
    }
    expect(await takesConnections(left.port)).toBe(false);
    expect(existsSync(left.storeDir)).toBe(false);
  });

  it('comes back on the same port and store after a crash, after a stop and after neither', async () => {
    await using nats = await startNats();
    const { port, storeDir } = nats;
    const stillUp = () => Promise.resolve();
    for (const end of [nats.kill, nats.stop, stillUp]) {
      const before = nats.pid;
      await end();
      expect(await takesConnections(port)).toBe(end === stillUp);
      await nats.restart();
      expect(nats.pid).not.toBe(before);
      expect(await greeting(port, 5_000)).toMatchObject({ port });
    }
    expect(nats.storeDir).toBe(storeDir);
  });

  it('answers nothing while paused, and can be stopped then', async () => {
    await using nats = await startNats();
    await nats.pause();
    expect(await greeting(nats.port, 300)).toBeUndefined();
    nats.resume();
    expect(await greeting(nats.port, 5_000)).toMatchObject({ port: nats.port });
    await nats.pause();
    await nats.stop();
    expect(await takesConnections(nats.port)).toBe(false);
  });

  it('finds a port each for servers that start at the same time', async () => {
    const servers = await Promise.all([startNats(), startNats(), startNats()]);
    expect(new Set(servers.map((nats) => nats.port)).size).toBe(3);
    await Promise.all(servers.map((nats) => nats[Symbol.asyncDispose]()));
  });

  it('waits for a wanted port that is still taken, and keeps a store that it was given', async () => {
    await using store = await tempDir();
    const port = await freePort();
    const first = await startNats({ port, storeDir: store.path });
    const second = startNats({ port, storeDir: store.path });
    setTimeout(() => void first[Symbol.asyncDispose](), 300);
    await using nats = await second;
    expect(nats.port).toBe(port);
    expect(existsSync(store.path)).toBe(true);
  });

  it('passes configuration on, and shows what the server says about a mistake in it', async () => {
    await using nats = await startNats({ config: 'authorization { token: "t0ken" }\nserver_name: n7' });
    expect(await greeting(nats.port, 5_000)).toMatchObject({ auth_required: true, server_name: 'n7' });
    const mistaken = startNats({ config: 'no_such_option: 1' });
    await expect(mistaken).rejects.toThrow(NatsServerFailedError);
    await expect(mistaken).rejects.toThrow('no_such_option');
  });

  it('does not outlive a test process that is killed', async () => {
    const entry = new URL('./index.ts', import.meta.url).href;
    const code = `import { startNats } from '${entry}';
      const { port, storeDir } = await startNats();
      console.log(JSON.stringify({ port, storeDir }));`;
    const test = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(test.stdout, 'data')) as [Buffer];
    const { port, storeDir } = JSON.parse(String(line)) as { port: number; storeDir: string };
    expect(await takesConnections(port)).toBe(true);
    test.kill('SIGKILL');
    await waitFor(async () => !(await takesConnections(port)), { what: 'the server to end' });
    await waitFor(() => !existsSync(storeDir), { what: 'its files to go' });
  });
});

describe('waitFor', () => {
  it('returns what the check answers once it is truthy', async () => {
    let calls = 0;
    expect(await waitFor(() => ++calls > 2 && `after ${calls}`, { what: 'three calls' })).toBe('after 3');
  });

  it('names what did not happen, and keeps what the check threw', async () => {
    const cause = new Error('not there');
    const waiting = waitFor(() => Promise.reject(cause), { what: 'the thing', timeoutMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'WAIT_TIMED_OUT', cause });
    await expect(waiting).rejects.toThrow('Waited 50 ms for the thing.');
  });
});

async function takesConnections(port: number): Promise<boolean> {
  return (await greeting(port, 5_000)) !== undefined;
}
