import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir, waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { followText, kindsIn, wantedPort } from './dev-gateways.ts';

const slack = '[[slack_connectors]]\nname = "a"\nsigning_secret = "s"\n';
const telegram = '[[telegram_connectors]]\nname = "a"\nsecret_token = "s"\n';
const external =
  '[[external_connectors]]\nname = "a"\nplatform = "p"\nbase_url = "https://a.example.com"\nshared_token = "tttttttt"\n';

describe('the gateways of a connectors file', () => {
  it.each([
    { toml: '', kinds: ['http'], because: 'http always runs' },
    { toml: telegram + slack, kinds: ['http', 'slack', 'telegram'], because: 'both have a connector' },
    { toml: external, kinds: ['http', 'external'], because: 'a sidecar is one too' },
    { toml: slack.replace('"s"', '"s"\nenabled = false'), kinds: ['http', 'slack'], because: 'it may be switched on' },
    { toml: `${slack}nonsense = 1\n${telegram}`, kinds: ['http'], because: 'an edit with errors starts nothing' },
  ])('are $kinds: $because', ({ toml, kinds }) => {
    expect(kindsIn(toml, 'connectors.toml')).toEqual(kinds);
  });

  it('want ports beside each other, past the one of the terminal', () => {
    expect([wantedPort('http', 8080), wantedPort('slack', 8080), wantedPort('telegram', 8080)]).toEqual([
      8080, 8082, 8083,
    ]);
    expect(wantedPort('slack', 0)).toBe(0);
  });
});

it('hears of a file as it is and of each edit, also when it was away for a while', async () => {
  await using dir = await tempDir();
  const file = join(dir.path, 'connectors.toml');
  writeFileSync(file, 'one');
  const stop = new AbortController();
  const heard: string[] = [];
  const following = followText(file, { signal: stop.signal, onText: async (text) => void heard.push(text) });
  await waitFor(() => heard.length === 1, { what: 'what is there' });
  rmSync(file);
  writeFileSync(file, 'two');
  await waitFor(() => heard.length === 2, { what: 'the edit' });
  stop.abort();
  await following;
  expect(heard).toEqual(['one', 'two']);
});
