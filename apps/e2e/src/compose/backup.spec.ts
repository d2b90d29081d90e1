import { freePort, waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaosConnector, chaosToken } from '../chaos/send-events.ts';
import { openFront } from '../open-front.ts';
import { missingEngine } from './compose-project.ts';
import { docBlock } from './doc-block.ts';
import { openStage, type Stage } from './stage.ts';

const missing = missingEngine();
const minutes = (count: number) => count * 60_000;
const slowly = { timeoutMs: 120_000 };

/** A block of docs/deploy.md as an operator runs it: as root here, and of one backup whatever the day. */
const commands = (mark: string) =>
  `sudo() { "$@"; }; ${docBlock('docs/deploy.md', 'sh', mark).replaceAll(/\$\(date \+%F\)|2026-01-31/g, 'one')}`;

describe.skipIf(missing !== undefined)('backup and restore with docker compose', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  }, minutes(20));
  afterAll(() => stage?.[Symbol.asyncDispose](), minutes(2));

  const post = (connector: string, body: object) =>
    fetch(`${stage.project.url}/v1/connectors/http/${connector}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${chaosToken}`, 'content-type': 'application/json', prefer: 'wait=10' },
      body: JSON.stringify(body),
    });
  const tell = (content: string, url = stage.targetOf(200)) =>
    post(chaosConnector, { content, binding_keys: ['kept'], reply_targets: [{ type: 'http', url }] });
  const said = () => stage.receiver.replies.map(({ text }) => text);
  const heard = (content: string) =>
    waitFor(() => said().includes(`You said: ${content}`), { what: `the reply to ${content}`, ...slowly });
  /** The connector that was made while everything ran works with the secret that it was given. */
  const expectRuntime = async (content: string) => {
    const answer = await post('made-later', { content });
    expect(await answer.json()).toMatchObject({ status: 'accepted' });
  };

  it(
    'what was there is back with its key, what was not delivered is, and nothing twice',
    async () => {
      const { project, receiver } = stage;
      const latePort = await freePort();
      await tell('delivered before');
      await heard('delivered before');
      const late = await tell('not delivered', `http://host.docker.internal:${latePort}/late`);
      const { session_id } = (await late.json()) as { session_id: string };
      await project.sh(
        'SHARED=kept docker compose run --rm -e SHARED cli secrets set shared.kept --from-env SHARED; ' +
          `echo ${chaosToken} | docker compose run --rm -T cli connectors put http made-later --set default_binding_keys=later --secret bearer_token=- --wait`,
      );
      await expectRuntime('before');
      const waiting = async () =>
        (await project.cli('deliveries', 'list')).split('\n').some((row) => /delivering|pending/.test(row));
      await waitFor(waiting, { what: 'an undelivered reply', timeoutMs: 30_000 });

      await project.sh(commands('bus backup'));
      await project.compose('down', '--volumes');
      const arrived = receiver.replies.length;
      await using door = await openFront([new URL(receiver.targetOf(0)).origin], { host: '0.0.0.0', port: latePort });
      await project.sh(commands('TRUNKLINE_MASTER_KEY'));

      await waitFor(() => said().includes('You said: not delivered'), { what: `a reply at ${door.url}`, ...slowly });
      expect(said().slice(arrived)).toEqual(['You said: not delivered']);
      expect(await project.cli('secrets', 'list')).toContain('shared.kept');
      await expectRuntime('after');
      expect(await (await tell('after')).json()).toMatchObject({ session_id });
      await heard('after');
    },
    minutes(8),
  );

  it(
    'over an installation that is there: what came after the backup is gone, what it holds is back',
    async () => {
      const { project } = stage;
      await project.cli('connectors', 'delete', 'http', 'made-later');
      expect((await post('made-later', { content: 'deleted' })).status).toBe(404);
      await project.cli(...'connectors put http made-last --set allow_unauthenticated_ingress=true --wait'.split(' '));
      await project.sh(commands('--force'));
      const listed = await project.cli('connectors', 'list');
      expect(listed).toContain('made-later');
      expect(listed).not.toContain('made-last');
      await expectRuntime('again');
      expect((await tell('over it')).status).toBe(200);
      await heard('over it');
    },
    minutes(5),
  );
});
