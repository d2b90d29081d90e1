import type { Output } from '@trunkline/events';
import { describe, expect, it } from 'vitest';
import { canonicalTargets, snapshotTargets } from './snapshot-targets.ts';
import { targetsOf, type OpenedHandle, type OutputTargets } from './targets-of.ts';

const slack = { type: 'slack', connector: 'team', channel_id: 'C1' } as const;
const telegram = { type: 'telegram', connector: 'bot', chat_id: '7' } as const;
const http = { type: 'http', url: 'https://a.example/in' } as const;
const opens = (...reply_targets: unknown[]): OpenedHandle => ({
  ok: true,
  snapshot: { session_id: 's', reply_targets },
});
const goesTo = (origin: string, ...targets: unknown[]) => ({ outcome: 'targets', origin, targets });
const dead = (code: string) => expect.objectContaining({ outcome: 'dead', code }) as object;

interface Row {
  output: Partial<Output>;
  handle?: OpenedHandle;
  defaults?: unknown[];
  expected: OutputTargets | object;
  because: string;
}

const withHandle = { turn_id: 't', reply_handle: 'sealed' };
const rows: Row[] = [
  {
    output: { ...withHandle, reply_targets: [http] },
    handle: opens(slack),
    defaults: [telegram],
    expected: goesTo('output', http),
    because: 'its own targets come first, and lists are not merged',
  },
  {
    output: { ...withHandle, reply_targets: [http] },
    handle: { ok: false, reason: 'forged' },
    expected: goesTo('output', http),
    because: 'a handle that is not needed is not judged',
  },
  {
    output: { ...withHandle, reply_targets: [] },
    handle: opens(slack),
    defaults: [telegram],
    expected: goesTo('handle', slack),
    because: 'an empty list says nothing',
  },
  {
    output: withHandle,
    handle: opens(),
    defaults: [telegram],
    expected: goesTo('session', telegram),
    because: 'a turn without targets leaves it to the session',
  },
  {
    output: {},
    defaults: [telegram, { chat_id: 7, connector: 'bot', type: 'telegram' }],
    expected: goesTo('session', telegram),
    because: 'equal targets are one',
  },
  {
    output: { reply_handle: 'sealed' },
    handle: opens(slack),
    expected: goesTo('handle', slack),
    because: 'an outsider needs no turn',
  },
  { output: {}, expected: { outcome: 'local' }, because: 'nobody is to be told' },
  {
    output: { turn_id: 't' },
    defaults: [telegram],
    expected: dead('no_handle'),
    because: 'the defaults would be a guess',
  },
  {
    output: withHandle,
    handle: { ok: false, reason: 'forged' },
    defaults: [telegram],
    expected: dead('handle_forged'),
    because: 'it was not ours',
  },
  {
    output: withHandle,
    handle: { ok: false, reason: 'expired' },
    expected: dead('handle_expired'),
    because: 'it is too old',
  },
  {
    output: { session_id: 'other', ...withHandle },
    handle: opens(slack),
    expected: dead('handle_of_other_session'),
    because: 'a reply cannot leave its place',
  },
  {
    output: withHandle,
    handle: opens(http, { type: 'fax' }),
    expected: dead('target_invalid'),
    because: 'half an answer is not what was asked for',
  },
];

describe('targetsOf', () => {
  it.each(rows)('$because', async ({ output, handle, defaults, expected }) => {
    const sources = { openHandle: () => handle ?? opens(), sessionDefaults: async () => defaults ?? [] };
    expect(await targetsOf({ session_id: 's', ...output }, sources)).toEqual(expected);
  });
});

describe('snapshotTargets', () => {
  it('keeps each target once, in order, and gives http ones their connector', () => {
    const connector = { kind: 'http', name: 'hook' } as const;
    const snapshot = snapshotTargets({ connector, reply_targets: [telegram, http, telegram] });
    expect(snapshot).toEqual({ targets: [telegram, { ...http, connector: 'hook' }], invalid: [] });
  });
});

describe('canonicalTargets', () => {
  it('says which targets it left out', () => {
    const { targets, invalid } = canonicalTargets([
      { plugin: 'telegram', address: '{"connector":"bot","chat_id":7}' },
      { type: 'slack' },
    ]);
    expect(targets).toEqual([telegram]);
    expect(invalid).toEqual([expect.stringMatching(/^reply_targets\[1\]: .*connector/)]);
  });
});
