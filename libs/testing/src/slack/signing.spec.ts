import { verifySlackRequest as boltVerifies } from '@slack/bolt';
import { verifySlackRequest as edgeVerifies } from 'slack-edge';
import { describe, expect, it } from 'vitest';
import { signatureHeaders } from './signing.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { startRequestLog } from './testing/request-log.ts';

describe('the signature', () => {
  it('is the one that the documentation of Slack shows', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = signatureHeaders({ secret: '8f742231b10e8888abcd99yyyzzz85a5', body, timestamp: 1531420618 });
    expect(headers['x-slack-signature']).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
  });

  it.each(['event', 'command'])(
    'of an %s is accepted by Bolt and by slack-edge, and not by another secret',
    async (kind) => {
      await using app = await startRequestLog();
      await using slack = await startFakeSlack();
      slack.subscribe({ url: app.url });
      if (kind === 'event') await slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'Grüße 👋' }).settled;
      else await slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', command: '/ask', text: 'Grüße 👋' }).settled;

      const [{ body, headers } = { body: '', headers: {} }] = app.received;
      const signature = String(headers['x-slack-signature']);
      const timestamp = Number(headers['x-slack-request-timestamp']);
      const signed = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
      const { signing_secret } = slack.app;
      expect(() => boltVerifies({ signingSecret: signing_secret, body, headers: signed })).not.toThrow();
      expect(() => boltVerifies({ signingSecret: 'another', body, headers: signed })).toThrow();
      const edge = new Headers({ 'x-slack-signature': signature, 'x-slack-request-timestamp': String(timestamp) });
      expect(await edgeVerifies(signing_secret, edge, body)).toBe(true);
      expect(await edgeVerifies('another', edge, body)).toBe(false);
    },
  );
});
