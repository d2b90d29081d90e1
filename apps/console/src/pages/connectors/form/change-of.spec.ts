import { describe, expect, it } from 'vitest';
import { changeOf, rebased } from './change-of.ts';
import { draftOf } from './draft.ts';
import type { Field } from './fields-of.ts';

const field = <F extends Partial<Field> & Pick<Field, 'key' | 'input'>>(given: F) =>
  ({ needed: false, ...given }) as Field;

const fields: Field[] = [
  field({ key: 'actor_id', input: 'text', long: false, fallback: 'somebody' }),
  field({ key: 'wait_ms', input: 'number', fallback: 2_000 }),
  field({ key: 'enabled', input: 'switch', fallback: true }),
  field({ key: 'format', input: 'choice', options: ['a', 'b'] }),
  field({ key: 'events', input: 'list', of: 'text', fallback: ['x', 'y'] }),
  field({ key: 'bearer_token', input: 'secret' }),
  field({
    key: 'child',
    input: 'table',
    fields: [
      field({ key: 'command', input: 'text', long: false, needed: true }),
      field({ key: 'args', input: 'list', of: 'text', fallback: [] }),
      field({ key: 'env', input: 'record', fallback: {} }),
    ],
  }),
  field({
    key: 'targets',
    input: 'rows',
    fallback: [],
    shapes: [
      { label: 'http', fixed: { type: 'http' }, fields: [field({ key: 'url', input: 'text', long: false })] },
      {
        label: 'team',
        fixed: {},
        fields: [field({ key: 'team_id', input: 'text', long: false }), field({ key: 'bot_token', input: 'secret' })],
      },
    ],
  }),
];

/** As a view shows it: with all defaults. */
const config = {
  name: 'webhook',
  actor_id: 'somebody',
  wait_ms: 500,
  enabled: true,
  events: ['x', 'y'],
  child: { command: 'run', args: [], env: { A: '1', B: '2' } },
  targets: [{ type: 'http', url: 'http://one' }],
};
const before = draftOf(fields, config);
const change = (entered: object) => changeOf(fields, before, { ...before, ...entered });

describe('draftOf', () => {
  it('leaves out what only repeats a default, and what no field shows', () => {
    expect(before).toEqual({
      wait_ms: 500,
      child: { command: 'run', env: { A: '1', B: '2' } },
      targets: [{ type: 'http', url: 'http://one' }],
    });
  });
});

describe('changeOf', () => {
  it.each([
    { entered: {}, body: {}, because: 'nothing was entered' },
    { entered: { wait_ms: 700 }, body: { wait_ms: 700 }, because: 'a value is new' },
    { entered: { wait_ms: '' }, body: { wait_ms: null }, because: 'an emptied field has its default again' },
    { entered: { wait_ms: 2_000 }, body: { wait_ms: null }, because: 'so has one with the value of the default' },
    { entered: { actor_id: 'somebody' }, body: {}, because: 'the default is what it has' },
    { entered: { enabled: false }, body: { enabled: false }, because: 'a switch is off' },
    { entered: { format: null }, body: {}, because: 'no choice is made' },
    { entered: { events: [] }, body: { events: [] }, because: 'an empty list is something else than the default' },
    { entered: { events: ['x', 'y'] }, body: {}, because: 'a list is as it is by default' },
    {
      entered: { child: { command: 'run', env: { A: '1', C: '3' } } },
      body: { child: { env: { B: null, C: '3' } } },
      because: 'of a record only what is different goes',
    },
    { entered: { child: { command: '' } }, body: { child: null }, because: 'a table without anything is none' },
    {
      entered: { child: { command: 'walk', args: ['-v'], env: { A: '1', B: '2' } } },
      body: { child: { command: 'walk', args: ['-v'] } },
      because: 'in a table, too, only changes go',
    },
    { entered: { targets: [] }, body: { targets: null }, because: 'the default is an empty list' },
    {
      entered: {
        targets: [
          { type: 'http', url: 'http://two', connector: undefined },
          { team_id: 'T1', bot_token: { from: 'env', variable: 'T' } },
        ],
      },
      body: {
        targets: [
          { type: 'http', url: 'http://two' },
          { team_id: 'T1', bot_token: { env: 'T' } },
        ],
      },
      because: 'a list goes as a whole, with its secrets',
    },
    { entered: { targets: [{ type: 'http', url: 'http://one' }] }, body: {}, because: 'the same rows are no change' },
  ])('sends $body when $because', ({ entered, body }) => {
    expect(change(entered)).toEqual(body);
  });

  it.each([
    { choice: undefined, body: {}, because: 'it keeps what it has' },
    { choice: { from: 'value', value: 's', graceSeconds: 0 }, body: { value: 's', grace_seconds: 0 } },
    { choice: { from: 'value', value: 's' }, body: { value: 's' } },
    { choice: { from: 'secret_ref', reference: 'shared.x' }, body: { secret_ref: 'shared.x' } },
    { choice: { from: 'env', variable: 'X' }, body: { env: 'X' } },
    { choice: { from: 'nowhere' }, body: {} },
  ])('tells of a secret $choice as $body', ({ choice, body }) => {
    expect(change({ bearer_token: choice })).toEqual(choice === undefined ? {} : { bearer_token: body });
  });
});

describe('rebased', () => {
  it('keeps what was entered, and takes over what somebody else changed', () => {
    const entered = { ...before, wait_ms: 700, bearer_token: { from: 'nowhere' } };
    const now = draftOf(fields, { ...config, wait_ms: 900, actor_id: 'other' });
    const merged = rebased(fields, { before, entered, now });
    expect(changeOf(fields, now, merged)).toEqual({ wait_ms: 700, bearer_token: {} });
    expect(merged).toMatchObject({ actor_id: 'other' });
  });

  it('keeps it where a field was emptied', () => {
    const now = draftOf(fields, { ...config, actor_id: 'other' });
    expect(rebased(fields, { before, entered: { ...before, wait_ms: '' }, now })).toMatchObject({ wait_ms: '' });
  });
});
