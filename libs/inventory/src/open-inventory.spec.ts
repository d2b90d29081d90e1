import type { Change } from '@trunkline/bus';
import { secretOf } from '@trunkline/secrets';
import { tempDir, waitFor } from '@trunkline/testing';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InventoryChange, InventoryEntry, Resolve } from './entry.ts';
import { ConnectorsFileInvalidError, ConnectorsFileUnreadableError } from './inventory-errors.ts';
import { openInventory, type ConnectorsBus, type InventoryOptions } from './open-inventory.ts';
import { connectorKey } from './runtime-connectors.ts';

/** The runtime store as the inventory sees it: present values, then changes. The real one is in the int spec. */
function store(present: Record<string, unknown> = {}) {
  let tell: ((change: Change<unknown>) => void) | undefined;
  const bus: ConnectorsBus = {
    bucket: () => ({
      async watch(filter, onChange) {
        const matching = ([key]: [string, unknown]) => filter === '>' || key.startsWith(filter.replace('*', ''));
        for (const [key, value] of Object.entries(present).filter(matching)) onChange({ key, value, revision: 1 });
        tell = onChange;
        return { stop: () => void (tell = undefined) };
      },
    }),
  };
  return { bus, change: (key: string, value: unknown) => tell?.({ key, value, revision: 2 }) };
}

const stored = (name: string, more: object = {}) => ({ config: { name, bearer_token_env: 'T', ...more } });
const toml = (name: string, more = '') => `[[http_connectors]]\nname = "${name}"\nbearer_token_env = "T"\n${more}\n`;

const timing = { settleMs: 10, pollMs: 50, retryMs: 30 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function opened(options: Partial<InventoryOptions> & { toml?: string } = {}) {
  const dir = await tempDir();
  const file = join(dir.path, 'connectors.toml');
  if (options.toml !== undefined) await writeFile(file, options.toml);
  const inventory = await openInventory({
    bus: store().bus,
    log: silent,
    timing,
    ...(options.toml !== undefined && { file }),
    ...options,
  });
  const changes: InventoryChange[] = [];
  inventory.onChange((change) => void changes.push(change));
  return {
    inventory,
    changes,
    file,
    edit: (text: string) => writeFile(file, text),
    async [Symbol.asyncDispose]() {
      inventory.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const told = (changes: readonly InventoryChange[]) =>
  changes.map((change) => `${change.type} ${change.type === 'removed' ? change.old.name : change.new.name}`);

const states = (entries: readonly InventoryEntry[]) =>
  Object.fromEntries(entries.map((entry) => [`${entry.kind}/${entry.name}`, `${entry.source} ${entry.state}`]));

describe('openInventory', () => {
  it('is one inventory of file and runtime store; of two with one name the file wins, and says so', async () => {
    const { bus } = store({ 'http.a': stored('a', { actor_id: 'runtime' }), 'http.b': stored('b') });
    await using it = await opened({ bus, toml: toml('a', 'actor_id = "file"') });
    expect(states(it.inventory.list())).toEqual({ 'http/a': 'file ready', 'http/b': 'runtime ready' });
    expect(it.inventory.get('http', 'a')?.config?.actor_id).toBe('file');
    expect(it.inventory.get('slack', 'a')).toBeUndefined();
    expect(it.inventory.problems()).toEqual([
      { source: 'runtime', connector: 'http/a', message: 'is hidden by the connector of the same name in the file' },
    ]);
  });

  it('is what the runtime store has, without a file', async () => {
    await using it = await opened({ bus: store({ 'http.b': stored('b') }).bus });
    expect(states(it.inventory.list())).toEqual({ 'http/b': 'runtime ready' });
  });

  it('keeps one kind when asked to, and still checks the whole file', async () => {
    const { bus } = store({ 'http.b': stored('b'), 'telegram.t': { config: { name: 't', secret_token_env: 'S' } } });
    const slack = '[[slack_connectors]]\nname = "s"\nsigning_secret_env = "S"\n';
    await using it = await opened({ bus, kind: 'http', toml: toml('a') + slack });
    expect(Object.keys(states(it.inventory.list()))).toEqual(['http/a', 'http/b']);
    await expect(opened({ kind: 'http', toml: `${slack}enabld = true\n` })).rejects.toThrow('unknown key "enabld"');
  });

  it('does not start with errors in the file, and lists all of them', async () => {
    const start = opened({ toml: `${toml('a')}wait_ms = -1\n[[slack_connectors]]\nname = "b"\n` });
    await expect(start).rejects.toThrow(ConnectorsFileInvalidError);
    await expect(start).rejects.toMatchObject({
      code: 'CONNECTORS_FILE_INVALID',
      problems: [{ line: 5 }, { line: 6 }],
    });
  });

  it('does not start without the file it was told to read', async () => {
    await expect(opened({ file: 'no/such.toml' })).rejects.toThrow(ConnectorsFileUnreadableError);
  });

  it('applies a valid edit, telling what was added, changed and removed, and nothing else', async () => {
    await using it = await opened({ toml: toml('same') + toml('edited') + toml('gone') });
    await it.edit(toml('same') + toml('edited', 'wait_ms = 1') + toml('new'));
    await waitFor(() => it.changes.length === 3, { what: 'three changes' });
    expect(told(it.changes).sort()).toEqual(['added new', 'changed edited', 'removed gone']);
    const changed = it.changes.find((change) => change.type === 'changed');
    expect(changed).toMatchObject({ old: { config: { wait_ms: 2000 } }, new: { config: { wait_ms: 1 } } });
  });

  it('refuses an invalid edit whole, keeps the last good one, and recovers', async () => {
    await using it = await opened({ toml: toml('a') });
    await it.edit(`${toml('b')}alow = 1\n`);
    const problem = await waitFor(() => it.inventory.problems()[0], { what: 'a problem' });
    expect(problem).toMatchObject({ source: 'file', file: it.file, line: 5, connector: 'http/b', key: 'alow' });
    expect(Object.keys(states(it.inventory.list()))).toEqual(['http/a']);
    expect(it.changes).toEqual([]);
    await it.edit(toml('b'));
    await waitFor(() => it.changes.length === 2, { what: 'the correction' });
    expect(told(it.changes).sort()).toEqual(['added b', 'removed a']);
    expect(it.inventory.problems()).toEqual([]);
  });

  it('keeps what it has when the file goes, says so, and stops saying so', async () => {
    await using it = await opened({ toml: toml('a') });
    await rm(it.file);
    await waitFor(() => it.inventory.problems().length > 0, { what: 'a problem' });
    expect(it.inventory.get('http', 'a')?.state).toBe('ready');
    await it.edit(toml('a'));
    await waitFor(() => it.inventory.problems().length === 0, { what: 'the file' });
    expect(it.changes).toEqual([]);
  });

  it('uncovers a runtime connector when the file lets go of its name', async () => {
    await using it = await opened({
      bus: store({ 'http.a': stored('a', { actor_id: 'runtime' }) }).bus,
      toml: toml('a'),
    });
    await it.edit('');
    await waitFor(() => it.changes.length > 0, { what: 'a change' });
    expect(it.changes).toMatchObject([
      { type: 'changed', old: { source: 'file' }, new: { source: 'runtime', config: { actor_id: 'runtime' } } },
    ]);
  });

  it('follows the runtime store', async () => {
    const runtime = store();
    await using it = await opened({ bus: runtime.bus });
    const name = 'name.with.dots';
    runtime.change(connectorKey('http', name), stored(name));
    runtime.change(connectorKey('http', name), stored(name, { enabled: false }));
    runtime.change(connectorKey('http', name), undefined);
    expect(told(it.changes)).toEqual([`added ${name}`, `changed ${name}`, `removed ${name}`]);
    expect(it.changes[1]).toMatchObject({ old: { state: 'ready' }, new: { state: 'disabled' } });
  });

  it.each([
    {
      because: 'not a configuration',
      value: { config: { name: 'b', bearer_token_env: 'T', future_field: 1 } },
      reason: 'unknown key "future_field"',
    },
    { because: 'no configuration at all', value: 'b', reason: 'must be a table' },
    { because: 'under the key of another', value: stored('c'), reason: 'name differs from its key' },
  ])('degrades a stored connector that cannot be read, and no other: $because', async ({ value, reason }) => {
    await using it = await opened({ bus: store({ 'http.a': stored('a'), 'http.b': value }).bus });
    expect(states(it.inventory.list())).toEqual({ 'http/a': 'runtime ready', 'http/b': 'runtime degraded' });
    expect(it.inventory.get('http', 'b')).toMatchObject({ reason: expect.stringContaining(reason) });
    expect(it.inventory.problems()).toMatchObject([{ source: 'runtime', message: expect.stringContaining(reason) }]);
  });

  it('knows who refers to a secret, in any field, source and state', async () => {
    const wanted = 'shared.token';
    const { bus } = store({
      'http.a': stored('a', { bearer_token_secret_ref: wanted, signing_secret_secret_ref: wanted }),
      'http.hidden': stored('hidden', { bearer_token_secret_ref: wanted }),
      'http.off': stored('off', { enabled: false, egress_signing_secret_secret_ref: wanted }),
      'http.other': stored('other', { bearer_token_secret_ref: 'shared.tokens' }),
      'http.broken': { config: { name: 'broken', unheard_of: { of: [wanted] } } },
      'slack.teams': {
        config: {
          name: 'teams',
          signing_secret_env: 'S',
          team_bot_tokens: [
            { team_id: 'T1', bot_token_env: 'B' },
            { team_id: 'T2', bot_token_secret_ref: wanted },
          ],
        },
      },
    });
    const side = `[[external_connectors]]
name = "side"
platform = "test"
mode = "child_process"
base_url = "http://127.0.0.1:9"
shared_token_env = "S"
[external_connectors.child_process]
command = "true"
credential_slots = { KEY = "${wanted}", OTHER = "shared.other" }
`;
    await using it = await opened({ bus, toml: toml('hidden') + side });
    const found = it.inventory
      .referringTo(wanted)
      .map(({ kind, name, source, fields }) => [kind, name, source, fields]);
    expect(found).toEqual([
      ['external', 'side', 'file', ['credential_slots.KEY']],
      ['http', 'a', 'runtime', ['bearer_token', 'signing_secret']],
      ['http', 'broken', 'runtime', []],
      ['http', 'hidden', 'runtime', ['bearer_token']],
      ['http', 'off', 'runtime', ['egress_signing_secret']],
      ['slack', 'teams', 'runtime', ['team_bot_tokens.T2']],
    ]);
    expect(it.inventory.referringTo('shared.nobody')).toEqual([]);
  });

  it('leaves records of kinds that it does not know alone', async () => {
    await using it = await opened({ bus: store({ 'matrix.a': { config: { name: 'a' } } }).bus });
    expect(it.inventory.list()).toEqual([]);
    expect(it.inventory.problems()).toEqual([]);
  });

  it('goes on when a listener throws', async () => {
    const runtime = store();
    await using it = await opened({ bus: runtime.bus });
    it.inventory.onChange(() => {
      throw new Error('listener');
    });
    const heard: string[] = [];
    const end = it.inventory.onChange((change) => void heard.push(change.type));
    runtime.change('http.a', stored('a'));
    end();
    runtime.change('http.a', undefined);
    expect(heard).toEqual(['added']);
  });
});

/** A resolver whose answers the test gives. */
function lookups() {
  const tokens: Record<string, string | Error | undefined> = {};
  const asked: string[] = [];
  const resolve: Resolve = async ({ name }) => {
    asked.push(name);
    await Promise.resolve();
    const token = tokens[name];
    if (token instanceof Error) throw token;
    if (token === undefined) return { state: 'degraded', reason: 'bearer_token: environment variable T is not set' };
    return { state: 'ready', secrets: { bearer_token: [secretOf(token)] } };
  };
  return { tokens, asked, resolve };
}

const tokenOf = (entry: InventoryEntry | undefined) =>
  entry?.state === 'ready' ? entry.secrets['bearer_token']?.map((secret) => secret.expose()).join() : entry?.state;

describe('secrets of the inventory', () => {
  it('are there when it is open; what cannot be resolved is degraded by itself; what is disabled is not asked for', async () => {
    const { tokens, asked, resolve } = lookups();
    tokens['a'] = 't1';
    await using it = await opened({ resolve, toml: toml('a') + toml('b') + toml('c', 'enabled = false') });
    expect(['a', 'b', 'c'].map((name) => tokenOf(it.inventory.get('http', name)))).toEqual([
      't1',
      'degraded',
      'disabled',
    ]);
    expect(it.inventory.get('http', 'b')).toMatchObject({ reason: 'bearer_token: environment variable T is not set' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('change when they are refreshed, with a change told only where there is one', async () => {
    const { tokens, resolve } = lookups();
    Object.assign(tokens, { a: 't1', b: 't1' });
    await using it = await opened({ resolve, toml: toml('a') + toml('b') });
    tokens['a'] = 't2';
    await it.inventory.refreshSecrets();
    expect(told(it.changes)).toEqual(['changed a']);
    expect(tokenOf(it.inventory.get('http', 'a'))).toBe('t2');
    delete tokens['b'];
    await it.inventory.refreshSecrets({ connector: { kind: 'http', name: 'b' } });
    expect(it.changes.at(-1)).toMatchObject({ old: { state: 'ready' }, new: { state: 'degraded' } });
  });

  it('are asked for again only where the changed reference is used', async () => {
    const { asked, resolve } = lookups();
    const ref = (name: string) => `[[http_connectors]]\nname = "${name}"\nbearer_token_secret_ref = "shared.${name}"\n`;
    await using it = await opened({ resolve, toml: ref('a') + ref('b') });
    asked.length = 0;
    await it.inventory.refreshSecrets({ affects: (reference) => reference === 'shared.b' });
    expect(asked).toEqual(['b']);
  });

  it('that cannot be looked up keep what worked, and are asked for again', async () => {
    const { tokens, resolve } = lookups();
    tokens['a'] = 't1';
    tokens['b'] = new Error('store away');
    await using it = await opened({ resolve, toml: toml('a') + toml('b') });
    expect(it.inventory.get('http', 'b')).toMatchObject({
      state: 'degraded',
      reason: 'its secrets cannot be looked up now',
    });
    tokens['a'] = new Error('store away');
    await it.inventory.refreshSecrets();
    expect(tokenOf(it.inventory.get('http', 'a'))).toBe('t1');
    Object.assign(tokens, { a: 't2', b: 't2' });
    await waitFor(() => ['a', 'b'].every((name) => tokenOf(it.inventory.get('http', name)) === 't2'), {
      what: 'a retry',
    });
  });

  it('keep the old connector in its place until the new one has its secrets; an answer that was overtaken is dropped', async () => {
    const answers: ((token: string) => void)[] = [];
    const resolve: Resolve = () =>
      new Promise((done) =>
        answers.push((token) => done({ state: 'ready', secrets: { bearer_token: [secretOf(token)] } })),
      );
    const runtime = store();
    await using it = await opened({ bus: runtime.bus, resolve });
    const current = () => [it.inventory.get('http', 'a')?.config?.actor_id, tokenOf(it.inventory.get('http', 'a'))];
    for (const actor_id of ['one', 'two', 'three']) runtime.change('http.a', stored('a', { actor_id }));
    await waitFor(() => answers.length === 3, { what: 'three questions' });
    answers[1]?.('t2');
    answers[0]?.('t1');
    await Promise.resolve();
    expect(current()).toEqual([undefined, undefined]);
    answers[2]?.('t3');
    await waitFor(() => it.changes.length > 0, { what: 'the entry' });
    expect(current()).toEqual(['three', 't3']);
    runtime.change('http.a', stored('a', { actor_id: 'four' }));
    expect(current()).toEqual(['three', 't3']);
    await waitFor(() => answers.length === 4, { what: 'a question' });
    runtime.change('http.a', undefined);
    answers[3]?.('t4');
    await Promise.resolve();
    expect(told(it.changes)).toEqual(['added a', 'removed a']);
  });

  it('of ten thousand connectors are applied, and so is one edit of them', async () => {
    const names = Array.from({ length: 5_000 }, (_, n) => `c${n}`);
    const present = Object.fromEntries(names.map((name) => [connectorKey('http', `r${name}`), stored(`r${name}`)]));
    const resolve: Resolve = async ({ name }) => ({ state: 'ready', secrets: { bearer_token: [secretOf(name)] } });
    const text = names.map((name) => toml(name)).join('\n');
    await using it = await opened({ bus: store(present).bus, resolve, toml: text });
    expect(it.inventory.list('http')).toHaveLength(10_000);
    await it.edit(text.replace('name = "c77"', 'name = "c77"\nwait_ms = 7'));
    await waitFor(() => it.changes.length > 0, { what: 'the edit', timeoutMs: 20_000 });
    expect(told(it.changes)).toEqual(['changed c77']);
  });
});
