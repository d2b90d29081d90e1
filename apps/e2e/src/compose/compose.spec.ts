import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaosConnector, chaosToken } from '../chaos/send-events.ts';
import { missingEngine } from './compose-project.ts';
import { docBlock } from './doc-block.ts';
import { hardened, inspectContainers } from './inspect-containers.ts';
import { heights, killEach, restartNats, rollingRestart, scaleTo } from './shake.ts';
import { openStage, type Stage } from './stage.ts';
import { underLoad } from './under-load.ts';

const missing = missingEngine();
if (missing !== undefined) process.stderr.write(`docker compose is not tested: ${missing}.\n`);

const baseOf = { megabytes: 60, 'external-gateway': 140 };
const idleMegabytes = 900;
const minutes = (count: number) => count * 60_000;

describe.skipIf(missing !== undefined)('docker compose', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    process.stderr.write(`docker compose: up and healthy after ${(stage.upMs / 1000).toFixed(1)} s\n`);
  }, minutes(20));
  afterAll(() => stage?.[Symbol.asyncDispose](), minutes(2));

  const post = (body: object) =>
    fetch(`${stage.project.url}/v1/connectors/http/${chaosConnector}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${chaosToken}`, 'content-type': 'application/json', prefer: 'wait=10' },
      body: JSON.stringify(body),
    });

  it('is ready within 30 s after the build', () => {
    expect(stage.upMs).toBeLessThan(30_000);
  });

  it('takes less than 900 MB while idle', async () => {
    const ids = (await stage.project.containers()).map(({ ID }) => ID);
    const printed = await stage.project.docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...ids);
    const used = [...printed.matchAll(/ ([\d.]+)MiB \//g)].reduce((sum, [, mebibytes]) => sum + Number(mebibytes), 0);
    process.stderr.write(`docker compose: ${used.toFixed(0)} MiB while idle\n`);
    expect(used).toBeGreaterThan(100);
    expect(used).toBeLessThan(idleMegabytes);
  });

  it('a webhook through caddy becomes a turn, and the answer of the agent reaches its target', async () => {
    const answer = await post({
      content: 'hello',
      binding_keys: ['hello'],
      reply_targets: [{ type: 'http', url: stage.targetOf(100) }],
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'accepted', turn_id: expect.stringMatching(/^trn_/) });
    await waitFor(() => stage.receiver.replies.some(({ text }) => text === 'You said: hello'), { what: 'the reply' });
    expect(await stage.project.cli('deliveries', 'list')).toMatch(/dlv_\S+ +delivered +http\//);
  });

  it('Slack and Telegram are answered where they were asked', async () => {
    const said = stage.slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'from Slack' });
    stage.telegram.say({ chat: 1, text: 'from Telegram' });
    await stage.slack.waitForMessage(({ text }) => text === 'You said: from Slack', { timeoutMs: 20_000 });
    expect(stage.slack.thread('C0GENERAL', said.ts).map(({ text }) => text)).toContain('You said: from Slack');
    await stage.telegram.waitForMessage({ chat: 1, text: 'You said: from Telegram' }, 20_000);
  });

  it('the demo connector answers anybody, and its reply is shown', async () => {
    const answer = await fetch(`${stage.project.url}/v1/connectors/http/demo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"content":"shown"}',
    });
    expect(answer.status).toBe(200);
    const shown = async () => (await stage.project.compose('logs', 'replies')).includes('You said: shown');
    await waitFor(shown, { what: 'the reply in the log', timeoutMs: 20_000 });
  });

  it('the API needs a token, which the CLI has', async () => {
    expect((await fetch(`${stage.project.url}/v1/tokens`)).status).toBe(401);
    expect(await stage.project.cli('tokens', 'create', 'test', '--role', 'viewer')).toMatch(/\S{20,}/);
  });

  it('no container runs as root, may gain rights or write to its root; only caddy is published', async () => {
    const all = await inspectContainers(stage.project);
    for (const { name, published, ...rest } of all) {
      expect({ name, ...rest, published: [] }).toEqual({ ...hardened, name });
      expect(published.length > 0, name).toBe(name.includes('-caddy-'));
    }
    expect(all.length).toBeGreaterThan(10);
  });

  it("a gateway's container sees the secrets of its own kind only", async () => {
    const secrets = {
      http: chaosToken,
      slack: stage.slack.app.signing_secret,
      telegram: stage.telegram.token,
    };
    for (const service of [
      'http-gateway',
      'slack-gateway',
      'telegram-gateway',
      'external-gateway',
      'session-router',
      'control-plane',
    ]) {
      const files = await stage.project.compose('exec', '--no-TTY', service, 'sh', '-c', 'cat /run/trunkline/*; env');
      const seen = Object.entries(secrets).filter(([, secret]) => files.includes(secret));
      const own = Object.keys(secrets).filter((kind) => service === `${kind}-gateway`);
      expect(
        seen.map(([kind]) => kind),
        service,
      ).toEqual(own);
      const purposes = [...files.matchAll(/secrets\.connectors\.([a-z]+):/g)].map(([, kind]) => `${kind}-gateway`);
      expect(purposes, service).toEqual(service.endsWith('-gateway') ? [service] : []);
    }
  });

  it('each image adds little to its base', async () => {
    const sizeOf = async (image: string) =>
      Number(await stage.project.docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6;
    const base = await sizeOf('node:24-bookworm-slim');
    const images = (await stage.project.compose('config', '--images'))
      .split('\n')
      .filter((name) => name.startsWith('trunkline/'));
    for (const image of new Set(images)) {
      const most = image.includes('external-gateway') ? baseOf['external-gateway'] : baseOf.megabytes;
      const added = (await sizeOf(image)) - base;
      process.stderr.write(`docker compose: ${image} adds ${added.toFixed(1)} MB\n`);
      expect(added, image).toBeLessThan(most);
    }
  });

  it(
    'each process is ready within 2 s of its start',
    async () => {
      for (const service of [...Object.keys(heights), 'external-gateway', 'control-plane']) {
        const [first] = await stage.project.containers(service);
        if (!first) throw new Error(`There is no ${service}.`);
        const script = 'for i in {1..200}; do bash /app/healthcheck.sh 2>/dev/null && exit 0; sleep 0.02; done; exit 1';
        await stage.project.docker('restart', first.ID);
        await stage.project.docker('exec', first.ID, 'bash', '-c', script);
        const started = await stage.project.docker('inspect', '--format', '{{.State.StartedAt}}', first.ID);
        const readyMs = Date.now() - Date.parse(started.trim());
        process.stderr.write(`docker compose: ${service} is ready ${readyMs} ms after its start\n`);
        expect(readyMs, service).toBeLessThan(2_000);
        await stage.project.healthy(service);
      }
    },
    minutes(3),
  );

  it(
    'scaling, rolling restarts, kills and a restart of NATS lose and double nothing',
    async () => {
      const { project } = stage;
      await underLoad('shake', stage, async () => {
        await scaleTo(heights, project);
        await rollingRestart(project);
        await killEach(project);
        await restartNats(project);
        await scaleTo(Object.fromEntries(Object.keys(heights).map((service) => [service, 1])), project);
      });
    },
    minutes(15),
  );

  it(
    'the upgrade of docs/deploy.md, under load, loses and doubles nothing',
    async () => {
      const { project } = stage;
      await appendFile(join(project.folder, '.env'), 'TRUNKLINE_VERSION=next\n');
      const pulled = docBlock('docs/deploy.md', 'sh', 'git pull').replace('git pull', '');
      await underLoad('upgrade', stage, async () => void (await project.sh(pulled)));
      const images = await project.compose('images', '--format', 'json');
      const ours: { Repository: string; Tag: string }[] = JSON.parse(images).filter(({ Repository = '' }) =>
        Repository.startsWith('trunkline/'),
      );
      expect(ours.length).toBeGreaterThan(8);
      expect(ours.filter(({ Tag }) => Tag !== 'next')).toEqual([]);
      const tags = new Set(ours.map(({ Repository }) => `${Repository}:next`));
      await project.docker('image', 'rm', '--force', ...tags);
    },
    minutes(10),
  );
});
