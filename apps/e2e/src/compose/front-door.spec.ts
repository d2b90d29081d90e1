import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { once } from 'node:events';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingEngine } from './compose-project.ts';
import { docBlock } from './doc-block.ts';
import { openFrontDoorStage, type FrontDoorStage } from './front-door-stage.ts';

const missing = missingEngine();
const minutes = (count: number) => count * 60_000;
const slowly = { timeoutMs: 30_000 };
const gateways = ['http-gateway', 'slack-gateway', 'telegram-gateway', 'external-gateway'];

/** What a child inherits at most (spec 4.5); everything else in its environment is its connector's, or named after us. */
const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

const sidecars = [
  {
    name: 'mailbox',
    say: 'http://127.0.0.1:8790/say/lobby',
    hear: 'cat /var/lib/trunkline/mailbox',
    sets: ['MAILBOX'],
  },
  { name: 'rooms', say: 'http://127.0.0.1:8788/lobby', hear: 'fetch http://127.0.0.1:8788/lobby', sets: [] },
] as const;

describe.skipIf(missing !== undefined)('docker compose behind its front door', () => {
  let stage: FrontDoorStage;
  beforeAll(async () => {
    stage = await openFrontDoorStage();
  }, minutes(20));
  afterAll(() => stage?.[Symbol.asyncDispose](), minutes(2));

  /** Runs in the container of the external gateway; `fetch URL [BODY]` is there too. */
  const inside = (script: string) => {
    const fetching = `fetch() { node -e 'const [url, body] = process.argv.slice(1); fetch(url, body && { method: "POST", body }).then((r) => r.text()).then(console.log)' -- "$@"; }`;
    return stage.project.compose('exec', '--no-TTY', 'external-gateway', 'bash', '-ec', `${fetching}; ${script}`);
  };
  const sidecar = async (name: string): Promise<{ status?: string; pid?: number }> => {
    const { live } = JSON.parse(await stage.project.cli('--json', 'connectors', 'get', 'external', name));
    return live.details?.sidecar ?? {};
  };
  const running = (name: string, { not }: { not?: number } = {}) =>
    waitFor(
      async () => {
        const { status, pid } = await sidecar(name);
        return status === 'ready' && pid !== not ? pid : undefined;
      },
      { what: `${name} to run`, ...slowly },
    );

  describe('children of the external gateway', () => {
    it.each(sidecars)(
      '$name is answered where it spoke, also after kill -9',
      async ({ name, say, hear }) => {
        const talk = async (text: string) => {
          expect(JSON.parse(await inside(`fetch ${say} '${text}'`))).toMatchObject({ status: 'accepted' });
          const heard = async () => (await inside(hear)).includes(`You said: ${text}`);
          await waitFor(heard, { what: `the answer to ${text}`, ...slowly });
        };
        const first = await running(name);
        await talk('hello');
        await inside(`kill -9 ${first}`);
        await running(name, { not: first });
        await talk('hello again');
      },
      minutes(2),
    );

    it.each(sidecars)('$name has no rights and no secret of others in its environment', async ({ name, sets }) => {
      const pid = await running(name);
      const printed = await inside(`tr '\\0' '\\n' </proc/${pid}/environ; cat /proc/${pid}/status`);
      const names = [...printed.matchAll(/^(\w+)=/gm)].map(([, found = '']) => found);
      const others = names.filter((found) => !/^(TRUNKLINE|KHEISH_EXTERNAL)_CONNECTOR_/.test(found));
      expect(names).toContain('TRUNKLINE_CONNECTOR_SHARED_TOKEN');
      expect(others.filter((found) => ![...inherited, ...sets].includes(found))).toEqual([]);
      expect(printed).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
      expect(printed).toMatch(/^CapEff:\t0+$/m);
      expect(printed).toMatch(/^NoNewPrivs:\t1$/m);
    });
  });

  describe('with a domain', () => {
    const own = getCACertificates('default');
    const orders = (body: object) =>
      fetch(`${stage.project.httpsUrl}/v1/connectors/http/orders`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stage.ordersToken}`,
          'content-type': 'application/json',
          prefer: 'wait=10',
        },
        body: JSON.stringify(body),
      });
    beforeAll(async () => {
      await expect(fetch(stage.project.httpsUrl)).rejects.toThrow();
      await stage.project.sh(
        docBlock('docs/deploy.md', 'sh', 'root.crt').replace(':8443', `:${new URL(stage.project.httpsUrl).port}`),
      );
      setDefaultCACertificates([...own, readFileSync(join(stage.project.folder, 'root.crt'), 'utf8')]);
    }, minutes(1));
    afterAll(() => setDefaultCACertificates(own));

    it('a webhook over TLS is stored, and answered where its connector says', async () => {
      const answer = await orders({ content: 'over TLS' });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ status: 'accepted', turn_id: expect.stringMatching(/^trn_/) });
      const said = () => stage.receiver.replies.map(({ text }) => text);
      await waitFor(() => said().includes('You said: over TLS'), { what: 'the reply', ...slowly });
    });

    it('Slack, over TLS, is answered with the token from its variable', async () => {
      const said = stage.slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'from Slack' });
      await stage.slack.waitForMessage(({ text }) => text === 'You said: from Slack', slowly);
      expect(stage.slack.thread('C0GENERAL', said.ts).map(({ text }) => text)).toContain('You said: from Slack');
    });

    it('a file of an event has a URL that works outside', async () => {
      const content_base64 = Buffer.from('a note').toString('base64');
      const file = { type: 'inline_asset', file_name: 'note.txt', media_type: 'text/plain', content_base64 };
      const key = 'with-a-file';
      expect((await orders({ idempotency_key: key, input_items: [file] })).status).toBe(200);
      const shown = await stage.project.cli('--json', 'events', 'get', 'http', 'orders', key);
      const [url = ''] = /https:[^"]*\/assets\/[^"]*/.exec(shown) ?? [];
      expect(url).toContain(stage.project.httpsUrl);
      expect(await (await fetch(url)).text()).toBe('a note');
    });

    it('the API says that it wants TLS from now on; plain HTTP is sent on to it', async () => {
      const { headers } = await fetch(`${stage.project.httpsUrl}/v1/console/sign-in`);
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8,}$/);
      expect(headers.get('alt-svc')).toBeNull();
      const url = stage.project.url.replace('127.0.0.1', 'localhost');
      const answer = await fetch(`${url}/v1/whoami`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([308, 'https://localhost/v1/whoami']);
    });

    it('brings the console, and signing in sets a cookie that only TLS gets', async () => {
      const page = await (await fetch(stage.project.httpsUrl)).text();
      const [script] = /\/console\/assets\/[\w-]+\.js/.exec(page) ?? [];
      expect((await fetch(`${stage.project.httpsUrl}${script}`)).headers.get('content-type')).toMatch(
        /^text\/javascript/,
      );
      const token = await stage.project.sh(docBlock('docs/deploy.md', 'sh', 'admin.token'));
      const session = `${stage.project.httpsUrl}/v1/console/session`;
      const answer = await fetch(session, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: stage.project.httpsUrl },
        body: JSON.stringify({ token: token.trim() }),
      });
      expect(answer.status).toBe(201);
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-trunkline=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; .*; Secure$/);
      const shown = await fetch(session, { headers: { cookie: cookie.split(';', 1)[0] ?? '' } });
      expect(await shown.json()).toMatchObject({ role: 'admin' });
    });

    it(
      'keeps its certificates when caddy is made anew, and when it is started again',
      async () => {
        const before = await certificates(stage.project.httpsUrl);
        await stage.project.compose('up', '--detach', '--wait', '--force-recreate', '--no-deps', 'caddy');
        expect(await certificates(stage.project.httpsUrl)).toEqual(before);
        await stage.project.compose('restart', 'caddy');
        await stage.project.healthy('caddy');
        expect(await certificates(stage.project.httpsUrl)).toEqual(before);
      },
      minutes(1),
    );
  });

  it("a variable of deploy/env is in its own kind's gateway only", async () => {
    const kinds = ['http', 'slack', 'external'];
    const secretsOf = (kind: string) =>
      readFileSync(join(stage.project.folder, `deploy/env/${kind}.env`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\w+=/, ''));
    const containers = await stage.project.containers();
    for (const { ID, Service, State } of containers) {
      const environment = await stage.project.docker('inspect', '--format', '{{json .Config.Env}}', ID);
      const files =
        gateways.includes(Service) && State === 'running'
          ? await stage.project.docker('exec', ID, 'bash', '-c', 'cat /run/trunkline/*')
          : '';
      const seen = kinds.filter((kind) => secretsOf(kind).some((secret) => (environment + files).includes(secret)));
      expect(seen, Service).toEqual(kinds.filter((kind) => Service === `${kind}-gateway`));
    }
    expect(containers.length).toBeGreaterThan(10);
  });

  it('is what the doctor calls sound', async () => {
    expect(await stage.project.sh('docker compose run --rm cli doctor')).not.toContain('wrong');
  });
});

/** The fingerprints of what caddy shows: its own certificate, and those that signed it. */
async function certificates(url: string): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), servername: hostname });
  await once(socket, 'secureConnect');
  const shown: string[] = [];
  let at = socket.getPeerCertificate(true);
  for (; !shown.includes(at.fingerprint256); at = at.issuerCertificate) shown.push(at.fingerprint256);
  socket.destroy();
  return shown;
}
