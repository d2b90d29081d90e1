import { checkSidecar } from '@trunkline/sidecar-sdk/conformance';
import { expect, it } from 'vitest';
import { startStage } from './testing/start-stage.ts';

it('keeps every rule of the sidecar protocol', async () => {
  await using stage = await startStage();
  await using process = await stage.spawn();
  const { discord, gateway, url } = stage;
  const route = discord.general;
  const checked = checkSidecar({ url, gateway, route, process });
  for (const channel of [discord.general, discord.random]) discord.say({ channel, content: 'an event', mention: true });
  const { results } = await checked;
  expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  const open = results.filter(({ outcome }) => outcome === 'not_applicable').map(({ id }) => id);
  expect(open).toEqual([]);
}, 90_000);
