import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from './config-problem.ts';
import { parseConnectorsFile } from './parse-connectors-file.ts';

/** The example of the user's own document, as written there. */
const seedExample = readFileSync(new URL('../fixtures/seed-example.toml', import.meta.url), 'utf8');

const file = 'conf/connectors.toml';

function problemsOf(input: string | Uint8Array): string[] {
  const parsed = parseConnectorsFile(input, file);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

function warningsOf(text: string): string[] {
  const parsed = parseConnectorsFile(text, file);
  return parsed.ok ? parsed.warnings.map(formatProblem) : ['refused'];
}

const webhook = '[[http_connectors]]\nname = "webhook"\nallow_unauthenticated_ingress = true\n';

describe('parseConnectorsFile', () => {
  it('reads the example of the seed document as it is written', () => {
    expect(parseConnectorsFile(seedExample, file)).toMatchObject({
      ok: true,
      warnings: [],
      connectors: [
        {
          kind: 'external',
          name: 'discord-main',
          platform: 'discord',
          mode: 'child_process',
          base_url: 'http://127.0.0.1:8787',
          shared_token: { secret_ref: 'connectors.external.discord-main.shared_token' },
          include_self_output: true,
          ingress_events_per_second: 100,
          session_policy: { create_if_missing: true, credential_scope: { route_allow: ['openai'] } },
          child_process: {
            command: 'python3',
            args: ['connectors/python/run_connector.py', 'discord'],
            env: { DISCORD_REQUIRE_MENTION: 'true' },
            working_dir: 'conf',
          },
        },
      ],
    });
  });

  it('names file, line, connector, key and the nearest known key', () => {
    expect(
      problemsOf(
        '[[http_connectors]]\nname = "webhook"\nbearer_token_env = "T"\nalow_unauthenticated_ingress = true\n',
      ),
    ).toEqual([
      'conf/connectors.toml:4: [[http_connectors]] "webhook": unknown key "alow_unauthenticated_ingress" (did you mean "allow_unauthenticated_ingress"?)',
    ]);
  });

  it('reports every problem of the file, in the order of its lines', () => {
    const text = `
[[telegram_connectors]]
name = "bot"
ingress_mode = "poling"
polling_timeout_seconds = 51
[telegram_connectors.session_policy]
persona = "x"

[[http_connectors]]
name = "not allowed"
wait_ms = "soon"

[[http_connectors]]
bearer_token_env = "T"
default_reply_targets = [
  { type = "http", url = "https://a.example/" },
  { type = "slack", conector = "support", channel_id = "C1" },
  { plugin = "slack" },
]
[http_connector]
name = "single"
`;
    expect(problemsOf(text)).toEqual([
      'conf/connectors.toml:4: [[telegram_connectors]] "bot": ingress_mode must be "webhook" or "polling" (did you mean "polling"?)',
      'conf/connectors.toml:5: [[telegram_connectors]] "bot": polling_timeout_seconds must be a whole number from 1 to 50',
      'conf/connectors.toml:7: [[telegram_connectors]] "bot": unknown key "persona" in session_policy (did you mean "persona_id"?)',
      'conf/connectors.toml:9: [[http_connectors]] number 1: needs bearer_token or signing_secret, or allow_unauthenticated_ingress = true',
      'conf/connectors.toml:10: [[http_connectors]] number 1: name must be 1 to 64 of A-Z a-z 0-9 . _ - and start with a letter or digit',
      'conf/connectors.toml:11: [[http_connectors]] number 1: wait_ms must be a whole number from 0 to 30000',
      'conf/connectors.toml:13: [[http_connectors]] number 2: name is required',
      'conf/connectors.toml:17: [[http_connectors]] number 2: default_reply_targets[1].connector is required',
      'conf/connectors.toml:17: [[http_connectors]] number 2: unknown key "conector" in default_reply_targets[1] (did you mean "connector"?)',
      'conf/connectors.toml:18: [[http_connectors]] number 2: default_reply_targets[2].address is required',
      'conf/connectors.toml:20: unknown key "http_connector" (did you mean "http_connectors"?)',
    ]);
  });

  it('refuses a name that is taken within its kind, and only there', () => {
    const slack = '[[slack_connectors]]\nname = "webhook"\nsigning_secret_env = "S"\n';
    expect(problemsOf(webhook + slack)).toEqual([]);
    expect(problemsOf(webhook + slack + webhook)).toEqual([
      'conf/connectors.toml:8: [[http_connectors]] "webhook": name is already used by another of the http_connectors',
    ]);
  });

  it('asks for double brackets', () => {
    expect(problemsOf('[http_connectors]\nname = "a"\n')).toEqual([
      'conf/connectors.toml:1: http_connectors must be written as tables with double brackets: [[http_connectors]]',
    ]);
  });

  it.each([
    { text: 'secret = "s3cr3t\n', because: 'a string that does not end' },
    { text: 'a = 1\na = "s3cr3t"\n', because: 'a key written twice' },
    { text: 'a = s3cr3t\n', because: 'a string without quotes' },
    { text: '[[http_connectors]]\nname = "s3cr3t value"\n', because: 'a name that is none' },
    { text: `${webhook}bearer_token = "two s3cr3t"\n`, because: 'a token with a space' },
    { text: `${webhook}payload_format = "s3cr3t"\n`, because: 'a choice that is none' },
    {
      text: `${webhook}default_reply_targets = [{ type = "http", url = "http://u:s3cr3t@a.example/" }]\n`,
      because: 'a URL with a password',
    },
    {
      text: `${webhook}default_reply_targets = [{ plugin = "slack", address = "s3cr3t" }]\n`,
      because: 'an address that is no JSON',
    },
    {
      text: '[[slack_connectors]]\nname="a"\nsigning_secret_env="S"\napi_base_url="https://a.example/?t=s3cr3t"\n',
      because: 'a base URL with a query',
    },
    {
      text: '[[telegram_connectors]]\nname="a"\nsecret_token="s3cr3t!"\n',
      because: 'a secret token that Telegram would refuse',
    },
  ])('says nothing of the value: $because', ({ text }) => {
    const problems = problemsOf(text);
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toContain('s3cr3t');
  });

  it('finds bytes that are not UTF-8, and their line', () => {
    const bytes = Buffer.concat([Buffer.from('# fine: ä\n# not: '), Buffer.from([0xff]), Buffer.from('\n')]);
    expect(problemsOf(bytes)).toEqual(['conf/connectors.toml:2: is not valid UTF-8']);
    expect(problemsOf(Buffer.from(`\uFEFF${webhook}`))).toEqual([]);
  });

  it('takes no dates, not even where the parser invents one', () => {
    expect(problemsOf(`${webhook}fixed_session_id = 2025-02-30\n`)).toEqual([
      'conf/connectors.toml:4: [[http_connectors]] "webhook": fixed_session_id must be a string in quotes',
    ]);
  });

  it.each([
    { text: `${webhook}__proto__ = { enabled = false }\n` },
    { text: `${webhook}session_policy.__proto__.create_if_missing = false\n` },
    { text: `${seedExample}__proto__ = "x"\n` },
    { text: '[__proto__]\nhttp_connectors = []\n' },
  ])('refuses __proto__ as a key: $text', ({ text }) => {
    expect(problemsOf(text).join()).toMatch(/__proto__/);
  });

  it('warns about secrets in plain sight and about sources that are not used', () => {
    const text = `[[telegram_connectors]]
name = "bot"
bot_token = "1:a"
bot_token_env = "BOT"
bot_token_secret_ref = "connectors.telegram.bot.bot_token"
secret_token_env = "S"
allowed_updates = ["mesage"]
`;
    expect(warningsOf(text)).toEqual([
      'conf/connectors.toml:3: [[telegram_connectors]] "bot": bot_token holds the secret in plain sight: bot_token_secret_ref or bot_token_env keeps it out of the configuration',
      'conf/connectors.toml:3: [[telegram_connectors]] "bot": bot_token is not used: bot_token_secret_ref comes first',
      'conf/connectors.toml:4: [[telegram_connectors]] "bot": bot_token_env is not used: bot_token_secret_ref comes first',
      'conf/connectors.toml:7: [[telegram_connectors]] "bot": allowed_updates lists a name that is not known (did you mean "message"?)',
    ]);
  });

  it('is an empty inventory when empty', () => {
    expect(parseConnectorsFile('', file)).toEqual({ ok: true, connectors: [], warnings: [] });
  });

  it('never throws', () => {
    const key = fc.constantFrom(
      'name',
      'enabled',
      '__proto__',
      'constructor',
      'session_policy',
      'child_process.env.A',
      'mapping',
      '"x y"',
      'mode',
    );
    const value = fc.constantFrom(
      '1',
      '"a"',
      '[]',
      '{}',
      '[{}]',
      'true',
      'nan',
      '1979-05-27',
      '{ a.b = 1 }',
      '"""\n"""',
      '[[1], {}]',
      "'",
    );
    const header = fc.constantFrom(
      '[[http_connectors]]',
      '[[slack_connectors]]',
      '[telegram_connectors]',
      '[[external_connectors]]',
      '[__proto__]',
    );
    const line = fc.oneof(
      header,
      fc.tuple(key, value).map(([k, v]) => `${k} = ${v}`),
      fc.string(),
    );
    const likely = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' }), fc.uint8Array()), (input) => {
        const parsed = parseConnectorsFile(input, file);
        if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('reads ten thousand connectors, each warning with its line', () => {
    const one = (n: number) =>
      `[[http_connectors]]\nname = "c${n}"\nbearer_token = "t${n}"\ndefault_binding_keys = ["k${n}"]\n`;
    const text = Array.from({ length: 10_000 }, (_, n) => one(n)).join('\n');
    const parsed = parseConnectorsFile(text, file);
    expect(parsed.ok && parsed.warnings.at(-1)?.line).toBe(49_998);
  });
});
