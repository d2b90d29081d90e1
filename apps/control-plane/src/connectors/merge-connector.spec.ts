import { describe, expect, it } from 'vitest';
import { mergeConnector } from './merge-connector.ts';

const hook = { kind: 'http', name: 'hook' } as const;
const merged = (stored: Record<string, unknown>, change: Record<string, unknown>) => {
  const { config, problems } = mergeConnector(hook, stored, change);
  const { name: _, ...rest } = config;
  return problems.length > 0 ? problems.map(({ message }) => message).join('; ') : rest;
};

describe('mergeConnector', () => {
  const env = { bearer_token_env: 'A' };
  const ref = { bearer_token_secret_ref: 'shared.a' };
  const own = { bearer_token_secret_ref: 'connectors.http.hook.bearer_token' };

  it.each([
    { stored: { wait_ms: 1 }, change: {}, is: { wait_ms: 1 }, because: 'absent keys stay' },
    { stored: { wait_ms: 1 }, change: { wait_ms: null }, is: {}, because: 'null resets' },
    { stored: {}, change: { actor_id: 'a' }, is: { actor_id: 'a' }, because: 'keys that are there are set' },
    {
      stored: { session_policy: { persona_id: 'p', create_if_missing: false } },
      change: { session_policy: { persona_id: null, capability_scope: { skill_deny: ['x'] } } },
      is: { session_policy: { create_if_missing: false, capability_scope: { skill_deny: ['x'] } } },
      because: 'tables are merged, null inside resets too',
    },
    {
      stored: { default_binding_keys: ['a', 'b'] },
      change: { default_binding_keys: ['c'] },
      is: { default_binding_keys: ['c'] },
      because: 'lists are replaced',
    },
    {
      stored: env,
      change: { bearer_token: { secret_ref: 'shared.a' } },
      is: ref,
      because: 'one source replaces another',
    },
    { stored: ref, change: { bearer_token: { env: 'A' } }, is: env, because: 'and back' },
    { stored: ref, change: { bearer_token_env: 'A' }, is: env, because: 'the key of the file means the same' },
    { stored: env, change: { bearer_token_secret_ref: 'shared.a' }, is: ref, because: 'that one too' },
    { stored: ref, change: { bearer_token: {} }, is: {}, because: '{} clears' },
    { stored: ref, change: { bearer_token: null }, is: {}, because: 'null clears' },
    { stored: ref, change: { bearer_token_env: null }, is: ref, because: 'only the source that is named is reset' },
    { stored: env, change: { bearer_token: { value: 'x' } }, is: own, because: 'a value is bound by its reference' },
    {
      stored: env,
      change: { bearer_token: { value: 'x', secret_ref: 'shared.a' } },
      is: ref,
      because: 'or by the one that is named',
    },
    {
      stored: env,
      change: { bearer_token: { value: 'hunter2', env: 'A' } },
      is: 'bearer_token: env goes with nothing else',
      because: 'env is alone',
    },
    {
      stored: env,
      change: { bearer_token_env: 'A', bearer_token_secret_ref: 'shared.a' },
      is: expect.stringContaining('give only one of'),
      because: 'two sources are one too many',
    },
    {
      stored: env,
      change: { bearer_token: 'hunter2' },
      is: expect.stringContaining('{"value": ...} to store it'),
      because: 'a bare text would be kept in plain sight',
    },
    {
      stored: env,
      change: { bearer_token: { valeu: 'hunter2' } },
      is: expect.not.stringContaining('hunter2'),
      because: 'a misspelt form is refused without its value',
    },
    {
      stored: env,
      change: { bearer_token: { value: ' ' } },
      is: 'bearer_token: the value is blank; {} clears it',
      because: 'blank is not clear',
    },
    {
      stored: env,
      change: { bearer_token: { grace_seconds: 1 } },
      is: 'bearer_token: grace_seconds needs a value',
      because: 'there is nothing to wait for',
    },
    { stored: {}, change: { wiat_ms: null }, is: 'unknown key "wiat_ms"', because: 'unknown even where it is reset' },
    {
      stored: {},
      change: { name: 'other' },
      is: expect.stringContaining('cannot be renamed'),
      because: 'the address names it',
    },
  ])('$because', ({ stored, change, is }) => {
    expect(merged(stored, change)).toEqual(is);
  });

  it('stores a value under its own reference, with the grace that is asked for', () => {
    const { values } = mergeConnector(hook, {}, { signing_secret: { value: 'a b', grace_seconds: 0 } });
    expect(values).toEqual([
      { field: 'signing_secret', reference: 'connectors.http.hook.signing_secret', value: 'a b', graceMs: 0 },
    ]);
  });

  it('keeps the secrets of teams that stay, and stores those that come', () => {
    const stored = {
      team_bot_tokens: [
        { team_id: 'T1', bot_token_env: 'ONE' },
        { team_id: 'T2', bot_token_env: 'TWO' },
      ],
    };
    const change = { team_bot_tokens: [{ team_id: 'T3', bot_token: { value: 'x' } }, { team_id: 'T1' }] };
    const { config, values } = mergeConnector({ kind: 'slack', name: 'app' }, stored, change);
    const reference = 'connectors.slack.app.team_bot_tokens.T3';
    expect(config['team_bot_tokens']).toEqual([
      { team_id: 'T3', bot_token_secret_ref: reference },
      { team_id: 'T1', bot_token_env: 'ONE' },
    ]);
    expect(values).toEqual([{ field: 'team_bot_tokens.T3', reference, value: 'x' }]);
  });

  it('leaves the prototype alone', () => {
    const change = JSON.parse(
      '{"__proto__": {"enabled": false}, "mapping": {"__proto__": {"content": "x"}}}',
    ) as object;
    const { config } = mergeConnector(hook, {}, { ...change });
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(config['mapping'])).toBe(Object.prototype);
  });
});
