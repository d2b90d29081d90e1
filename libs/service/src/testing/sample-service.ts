import { setTimeout as delay } from 'node:timers/promises';
import { choice, optional, runService, secret, withDefault } from '../index.ts';

/** A service that does what its flag says, for the tests that start it as a process of its own. */
const options = {
  act: withDefault(choice(['serve', 'reject', 'throw', 'background', 'fail', 'hang', 'degraded']), 'serve', {
    flag: 'act',
    env: 'SAMPLE_ACT',
    description: 'What to do.',
  }),
  sampleToken: optional(secret(), {
    flag: 'sample-token',
    env: 'SAMPLE_TOKEN',
    fromFile: true,
    description: 'A secret.',
  }),
};

const acts = {
  serve: () => undefined,
  degraded: () => undefined,
  hang: () => undefined,
  reject: () => void Promise.reject(new Error('nobody caught this')),
  throw: () =>
    void setImmediate(() => {
      throw new Error('nobody caught this');
    }),
  background: () => undefined,
  fail: () => {
    throw new Error('main gave up');
  },
};

const definition = { summary: 'Does what it is told.', version: '1.2.3', options, keyring: 'optional' } as const;

await runService('sample', definition, async (service) => {
  const { act } = service.options;
  service.onStop(() => service.log.info('closed.first-opened'));
  service.onStop(async () => {
    await delay(50);
    service.log.info('closed.last-opened');
  });
  service.onStop(() => {
    if (act === 'hang') return new Promise(() => undefined);
    throw new Error('this one does not close');
  });
  service.ready('work', () => ({ ready: act !== 'degraded', backlog: 3 }));
  if (act === 'background') service.background(delay(50).then(() => Promise.reject(new Error('the work ended'))));
  acts[act]();
  await delay(1);
  service.log.info({ instance_id: service.instanceId }, 'sample.running');
});
