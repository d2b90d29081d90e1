import { freePort, startFakeSlack, type FakeSlack } from '@trunkline/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delivererFor, deliverOnce, deliveryOf, slackEntry } from './testing/slack-delivery.ts';

let slack: FakeSlack;
beforeEach(async () => {
  slack = await startFakeSlack({ echo: false });
});
afterEach(() => slack[Symbol.asyncDispose]());

const entryOf = (fields: object = {}) => slackEntry(slack.apiUrl, { token: slack.install.bot_token, ...fields });
const deliver = (output: object, place: object = {}, more: Parameters<typeof delivererFor>[1] = {}) =>
  deliverOnce(delivererFor(entryOf(), more), deliveryOf(output, place));
const texts = () => slack.messages('C0GENERAL').map(({ text }) => text);

describe('a post', () => {
  it('stands in its thread with the key of its delivery, and names where it went', async () => {
    const root = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'hi' });
    const { outcomes } = await deliver({ content: 'hello *you*' }, { thread_ts: root.ts });
    const [, message] = slack.thread('C0GENERAL', root.ts);
    expect(message).toMatchObject({ metadata: { event_type: 'trunkline_delivery', event_payload: { key: /^dlv_/ } } });
    expect(outcomes).toEqual([{ outcome: 'delivered', platformId: `C0GENERAL:${message?.ts}` }]);
    const [call] = slack.calls('chat.postMessage');
    expect(call?.args).toMatchObject({ parse: 'none' });
  });

  it('whose blocks are not taken is said once, as text that loses no button', async () => {
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'error', error: 'invalid_blocks' } });
    const parts = [{ type: 'buttons', rows: [[{ label: 'Look', url: 'https://example.com/' }]] }];
    const { outcomes } = await deliver({ content: 'Well?', parts });
    expect(outcomes).toMatchObject([{ outcome: 'delivered' }]);
    expect(texts()).toEqual(['Well?\n• Look <https://example.com/>']);
    expect(slack.messages('C0GENERAL')[0]?.blocks).toBeUndefined();
  });

  it('whose metadata is not taken goes without', async () => {
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'error', error: 'metadata_must_be_sent_from_app' } });
    expect((await deliver({ content: 'x' })).outcomes).toMatchObject([{ outcome: 'delivered' }]);
    expect(slack.messages('C0GENERAL')[0]?.metadata).toBeUndefined();
  });

  it('that is not taken in any form is given up', async () => {
    slack.faults.add({ method: 'chat.postMessage', times: 9, fault: { do: 'error', error: 'no_text' } });
    expect((await deliver({ content: 'x' })).outcomes).toMatchObject([{ outcome: 'refused', code: 'no_text' }]);
  });

  it.each([
    { fault: { do: 'drop' }, state: 'unknown', found: 'no', messages: 0, because: 'the request had left' },
    {
      fault: { do: 'reset_after_commit' },
      state: 'unknown',
      found: 'yes',
      messages: 1,
      because: 'the answer got lost',
    },
    { fault: { do: 'server_error_after_commit' }, state: 'unknown', found: 'yes', messages: 1, because: 'a 500' },
    {
      fault: { do: 'error_after_commit', error: 'fatal_error' },
      state: 'unknown',
      found: 'yes',
      messages: 1,
      because: 'Slack does not know either',
    },
  ] as const)('is looked for when its outcome is unknown: $because', async ({ fault, state, found, messages }) => {
    slack.faults.add({ method: 'chat.postMessage', fault });
    const { outcomes, reconciled } = await deliver({ content: 'x' });
    expect(outcomes[0]?.outcome).toBe(state);
    expect(reconciled[0]?.found).toBe(found);
    expect(slack.messages('C0GENERAL')).toHaveLength(messages);
  });

  it('is looked for in its thread, over all pages', async () => {
    const root = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'hi' });
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'reset_after_commit' } });
    for (let n = 0; n < 120; n++) slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: '.', thread_ts: root.ts });
    const { reconciled } = await deliver({ content: 'x' }, { thread_ts: root.ts });
    expect(reconciled[0]?.found).toBe('yes');
    expect(slack.calls('conversations.replies')).toHaveLength(2);
  });

  it('cannot be looked for without the right to read', async () => {
    slack.install.scopes.delete('channels:history');
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'reset_after_commit' } });
    expect((await deliver({ content: 'x' })).reconciled[0]).toEqual({ found: 'unclear' });
  });

  it('is looked for once a minute where Slack wants that', async () => {
    slack.faults.add({ method: 'conversations.history', fault: { do: 'rate_limited', retryAfterSeconds: 9 } });
    slack.faults.add({ method: 'chat.postMessage', times: 2, fault: { do: 'reset_after_commit' } });
    const deliverer = delivererFor(entryOf());
    const [first] = (await deliverOnce(deliverer, deliveryOf({ content: 'x' }))).reconciled;
    expect(first).toEqual({ found: 'later', afterMs: 60_000 });
    const [second] = (await deliverOnce(deliverer, deliveryOf({ content: 'y' }))).reconciled;
    expect(second?.found).toBe('later');
    expect(slack.calls('conversations.history')).toHaveLength(1);
  });

  it('is found a page at a time then, however many messages came since', async () => {
    let now = Date.now();
    const deliverer = delivererFor(entryOf(), { now: () => now });
    const delivery = deliveryOf({ content: 'x' });
    const key = `${delivery.delivery_id}.0`;
    await deliverOnce(deliverer, delivery);
    for (let n = 0; n < 250; n++) slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: '.' });
    slack.faults.add({ method: 'conversations.history', fault: { do: 'rate_limited', retryAfterSeconds: 9 } });
    const [step] = await deliverer.plan(delivery);
    const answers: (string | undefined)[] = [];
    for (let n = 0; n < 4 && step; n++, now += 60_000) {
      const found = await deliverer.reconcile?.(step, {
        ...{ delivery, attempt: 1, idempotencyKey: key, platformIds: new Map(), since: now - 60_000 },
        signal: new AbortController().signal,
      });
      answers.push(found?.found);
    }
    expect(answers).toEqual(['later', 'later', 'later', 'yes']);
    expect(slack.calls('conversations.history')).toHaveLength(4);
  });

  it.each([
    { fault: { do: 'error', error: 'is_archived' }, outcome: { outcome: 'refused', code: 'is_archived' } },
    { fault: { do: 'error', error: 'token_revoked' }, outcome: { outcome: 'park', code: 'token_revoked' } },
    { fault: { do: 'error', error: 'brand_new' }, outcome: { outcome: 'blamed', code: 'brand_new' } },
    { fault: { do: 'garbage' }, outcome: { outcome: 'blamed', code: 'answer_not_understood' } },
    { fault: { do: 'rate_limited', retryAfterSeconds: 7 }, outcome: { outcome: 'retry', afterMs: 7_000 } },
  ] as const)('that fails with $fault.error$fault.do becomes $outcome.outcome', async ({ fault, outcome }) => {
    slack.faults.add({ method: 'chat.postMessage', fault });
    const [seen] = (await deliver({ content: 'a text' })).outcomes;
    expect(seen).toMatchObject(outcome);
    expect(JSON.stringify(seen)).not.toMatch(/xoxb|a text|Sorry/);
  });

  it('waits with the rest of its channel, and no other, after a 429', async () => {
    slack.faults.add({ method: 'chat.postMessage', fault: { do: 'rate_limited', retryAfterSeconds: 60 } });
    const deliverer = delivererFor(entryOf());
    await deliverOnce(deliverer, deliveryOf({ content: 'x' }));
    const [sameChannel] = (await deliverOnce(deliverer, deliveryOf({ content: 'y' }, { thread_ts: '1.000001' })))
      .outcomes;
    expect(sameChannel).toMatchObject({ outcome: 'retry', code: 'channel_paused' });
    const [other] = (await deliverOnce(deliverer, deliveryOf({ content: 'z' }, { channel_id: 'C0RANDOM' }))).outcomes;
    expect(other).toMatchObject({ outcome: 'delivered' });
    expect(slack.calls('chat.postMessage')).toHaveLength(2);
  });

  it('that finds nobody at the API is tried again', async () => {
    const entry = slackEntry(`http://127.0.0.1:${await freePort()}/api`);
    const { outcomes } = await deliverOnce(delivererFor(entry), deliveryOf({ content: 'x' }));
    expect(outcomes).toMatchObject([{ outcome: 'retry', code: 'network_econnrefused' }]);
  });
});

describe('an earlier output', () => {
  it('is edited, longer and shorter, and taken back', async () => {
    const first = await deliver({ content: 'one', parts: [{ type: 'text', text: 'two' }] });
    const idsOf = ({ outcomes }: typeof first) =>
      outcomes.flatMap((it) => (it.outcome === 'delivered' && it.platformId ? [it.platformId] : []));
    let ids = idsOf(first);
    const deps = { findPlatformIds: async () => ({ state: 'delivered' as const, ids }) };
    const parts = [
      { type: 'buttons', rows: [[{ label: 'a', value: 'a' }]] },
      { type: 'text', text: '2' },
    ];
    ids = idsOf(
      await deliver({ edit_of: 'o', content: '1', parts: [...parts, { type: 'text', text: '3' }] }, {}, deps),
    );
    expect(texts()).toEqual(['1\n• a', '2', '3']);
    expect(ids).toHaveLength(3);
    const edited = await deliver({ edit_of: 'o', content: 'all' }, {}, deps);
    expect(texts()).toEqual(['all']);
    expect(slack.messages('C0GENERAL')[0]?.blocks ?? []).toEqual([]);
    expect(edited.outcomes).toMatchObject([{}, {}, {}].map(() => ({ outcome: 'delivered' })));
    const removed = await deliver({ delete_of: 'o' }, {}, deps);
    expect(texts()).toEqual([]);
    // Two of the three are gone already: that is what was wanted.
    expect(removed.outcomes).toEqual([{}, {}, {}].map(() => ({ outcome: 'delivered' })));
  });

  it('that a person deleted cannot be edited', async () => {
    const deps = {
      findPlatformIds: async () => ({ state: 'delivered' as const, ids: ['C0GENERAL:1700000000.000001'] }),
    };
    const { outcomes } = await deliver({ edit_of: 'o', content: 'x' }, {}, deps);
    expect(outcomes).toMatchObject([{ outcome: 'refused', code: 'message_not_found' }]);
  });

  it('that was shown while it grew becomes the whole, and is posted where it is gone', async () => {
    const shown = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'hi' });
    const { outcomes } = await deliver({ content: 'mine' });
    const id = outcomes[0]?.outcome === 'delivered' ? outcomes[0].platformId : undefined;
    await deliver({ content: 'whole' }, {}, { presented: async () => id });
    await deliver({ content: 'again' }, {}, { presented: async () => 'C0GENERAL:1700000000.000001' });
    expect(texts()).toEqual(['hi', 'whole', 'again']);
    expect(shown.message.text).toBe('hi');
  });

  it('gets a reaction once', async () => {
    const { ts } = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'hi' });
    for (let n = 0; n < 2; n++) {
      const { outcomes } = await deliver({ reaction: { name: ':eyes:', on: ts } });
      expect(outcomes).toEqual([{ outcome: 'delivered' }]);
    }
    expect(slack.reactionsOf('C0GENERAL', ts)).toMatchObject([{ name: 'eyes', count: 1 }]);
  });
});

describe('a file', () => {
  const part = { type: 'attachment', content_base64: 'aGVsbG8=', file_name: 'hello.txt', caption: 'A *file*' };

  it('is uploaded and shared in the thread', async () => {
    const root = slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'hi' });
    const { outcomes } = await deliver({ parts: [part] }, { thread_ts: root.ts });
    const [file] = slack.files();
    expect(file).toMatchObject({ title: 'hello.txt', complete: true });
    expect(file?.bytes?.toString()).toBe('hello');
    expect(slack.thread('C0GENERAL', root.ts)[1]?.files).toEqual([file?.id]);
    expect(outcomes).toEqual([{ outcome: 'delivered', platformId: file?.id }]);
  });

  it('of the object store has the name it has there', async () => {
    const object = { bytes: Buffer.from('x'), fileName: 'kept.pdf' };
    const bus = {
      objects: () => ({ put: async () => {}, get: async (id: string) => (id === 'ast' ? object : undefined) }),
    };
    await deliver({ parts: [{ type: 'attachment', asset_id: 'ast' }] }, {}, { bus });
    expect(slack.files()[0]?.title).toBe('kept.pdf');
    const { outcomes } = await deliver({ parts: [{ type: 'attachment', asset_id: 'none' }] }, {}, { bus });
    expect(outcomes).toMatchObject([{ outcome: 'refused', code: 'asset_not_found' }]);
  });

  it('of a private address is not fetched', async () => {
    const { outcomes } = await deliver({ parts: [{ type: 'attachment', url: `${slack.url}/x` }] });
    expect(outcomes).toMatchObject([{ outcome: 'refused', code: 'file_address_not_allowed' }]);
  });

  it.each([
    { fault: { do: 'reset_after_commit' }, found: 'yes', shared: 1, because: 'it was shared' },
    { fault: { do: 'drop' }, found: 'no', shared: 0, because: 'it was not' },
  ] as const)('whose sharing is in doubt is found by its name: $because', async ({ fault, found, shared }) => {
    slack.faults.add({ method: 'files.completeUploadExternal', fault });
    const { outcomes, reconciled } = await deliver({ parts: [part] });
    expect(outcomes).toMatchObject([{ outcome: 'unknown' }]);
    expect(reconciled).toMatchObject([{ found }]);
    expect(slack.messages('C0GENERAL')).toHaveLength(shared);
  });

  it('that is not there yet may still come', async () => {
    const deliverer = delivererFor(entryOf());
    const delivery = deliveryOf({ parts: [part] });
    const [step] = await deliverer.plan(delivery);
    if (!step) return;
    const found = await deliverer.reconcile?.(step, {
      ...{ delivery, attempt: 1, idempotencyKey: 'k', platformIds: new Map(), since: Date.now() },
      signal: new AbortController().signal,
    });
    expect(found?.found).toBe('later');
  });

  it('whose bytes do not arrive is tried again: nobody has seen anything', async () => {
    slack.faults.add({ method: 'upload', fault: { do: 'drop' } });
    expect((await deliver({ parts: [part] })).outcomes).toMatchObject([{ outcome: 'retry', code: 'upload_failed' }]);
    expect(slack.messages('C0GENERAL')).toEqual([]);
  });

  it('that the workspace does not take is linked where it can be', async () => {
    const fault = { do: 'error', error: 'file_uploads_disabled' } as const;
    slack.faults.add({ method: 'files.getUploadURLExternal', times: 2, fault });
    expect((await deliver({ parts: [part] })).outcomes).toMatchObject([{ outcome: 'refused' }]);
    const object = { bytes: Buffer.from('x') };
    await deliver(
      { parts: [{ type: 'attachment', asset_id: 'ast', caption: 'Look:' }] },
      {},
      {
        bus: { objects: () => ({ put: async () => {}, get: async () => object }) },
        assetUrls: { urlOf: () => 'https://gateway.example/a?b=1&c=2' },
      },
    );
    expect(texts()).toEqual(['Look:\n<https://gateway.example/a?b=1&amp;c=2|file>']);
  });
});

describe('a token', () => {
  it('is that of the target: the workspace, the organization, else the connector', async () => {
    const entry = entryOf({ teams: { T1: 'xoxb-t1', E1: 'xoxb-e1' } });
    const deliverer = delivererFor(entry);
    for (const place of [{ team_id: 'T1' }, { team_id: 'T2', enterprise_id: 'E1' }, { team_id: 'T2' }, {}]) {
      await deliverOnce(deliverer, deliveryOf({ content: 'x' }, place));
    }
    const own = slack.install.bot_token;
    expect(slack.calls('chat.postMessage').map(({ token }) => token)).toEqual(['xoxb-t1', 'xoxb-e1', own, own]);
    const scopes = [{ team_id: 'T1' }, { team_id: 'T2' }].map((place) =>
      deliverer.credentialScope?.(deliveryOf({ content: 'x' }, place).target),
    );
    expect(scopes).toEqual(['team_bot_tokens.T1', 'bot_token']);
  });
});
