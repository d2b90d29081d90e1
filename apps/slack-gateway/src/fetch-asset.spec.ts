import { describe, expect, it } from 'vitest';
import { createFetchAsset, isOfApi } from './fetch-asset.ts';
import { assetIdOf, fileOfAsset } from './slack-files.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { jsonBody, stubFetch } from './testing/stub-fetch.ts';

describe('isOfApi', () => {
  it.each([
    { url: 'https://files.slack.com/files-pri/T-F/a', is: true, because: 'where Slack keeps files' },
    { url: 'https://acme.slack.com/files-pri/T-F/a', is: true, because: 'a workspace' },
    { url: 'http://files.slack.com/a', is: false, because: 'the token would be readable' },
    { url: 'https://files.slack.com:8443/a', is: false, because: 'another server' },
    { url: 'https://files.slack.com.evil.example/a', is: false, because: 'only looks like it' },
    { url: 'https://evilslack.com/a', is: false, because: 'only ends like it' },
    { url: 'https://user@files.slack.com/a', is: false, because: 'userinfo' },
    { url: 'nonsense', is: false, because: 'no URL' },
    {
      base: 'http://127.0.0.1:81/api',
      url: 'http://127.0.0.1:81/f',
      is: true,
      because: 'an API elsewhere keeps its own files',
    },
    { base: 'http://127.0.0.1:81/api', url: 'http://127.0.0.1:82/f', is: false, because: 'another port' },
    { base: 'http://127.0.0.1:81/api', url: 'https://files.slack.com/f', is: false, because: 'and not Slack' },
  ])('$is: $because', ({ base = 'https://slack.com/api', url, is }) => {
    expect(isOfApi(url, base)).toBe(is);
  });
});

it.each([
  { team: 'T1', enterprise: undefined, fileId: 'F1' },
  { team: undefined, enterprise: 'E1', fileId: 'F1' },
  { team: 'T1', enterprise: 'E1', fileId: 'F1' },
  { team: undefined, enterprise: undefined, fileId: 'F1' },
])('an asset id tells its file and installation: %o', (place) => {
  expect(fileOfAsset(assetIdOf(place))).toEqual(place);
});

const file = { url_private_download: 'https://files.slack.com/f', name: 'a.txt', mimetype: 'text/plain', size: 3 };
const html = { 'content-type': 'text/html; charset=utf-8' };

function fetching(given: {
  info?: object;
  said?: object | 'lost';
  got?: Parameters<typeof stubFetch>[0];
  assetId?: string;
}) {
  const teams = [{ team_id: 'T1', bot_token: 'xoxb-one' }];
  const entry = readyEntry({ team_bot_tokens: teams });
  const { fetch, asked } = stubFetch((request) => {
    if (!request.url.endsWith('/files.info')) return given.got?.(request) ?? { body: Buffer.from('abc') };
    return given.said === 'lost' ? 'lost' : jsonBody(given.said ?? { ok: true, file: { ...file, ...given.info } });
  });
  const fetchAsset = createFetchAsset({
    connectors: { get: () => entry },
    fetch,
    now: Date.now,
    log: { warn: () => {} },
  });
  const found = fetchAsset({ connector: 'support', assetId: given.assetId ?? 'slk_T1-_F1' });
  return { found, asked };
}

describe('createFetchAsset', () => {
  it('asks with the token of the workspace, and shows it to nobody but Slack', async () => {
    const { found, asked } = fetching({});
    expect(await found).toEqual({
      found: 'yes',
      object: { bytes: Buffer.from('abc'), fileName: 'a.txt', mediaType: 'text/plain' },
    });
    expect(asked.map(({ url, headers }) => [url, headers?.['authorization']])).toEqual([
      ['https://slack.com/api/files.info', 'Bearer xoxb-one'],
      ['https://files.slack.com/f', 'Bearer xoxb-one'],
    ]);
    const other = fetching({ assetId: 'slk_T2-_F1' });
    await other.found;
    expect(other.asked[0]?.headers?.['authorization']).toBe('Bearer xoxb-test');
  });

  it.each<Parameters<typeof fetching>[0] & { is: 'no' | 'later'; calls: number; because: string }>([
    { assetId: 'ast_other', is: 'no', calls: 0, because: 'it is no file of Slack' },
    { said: { ok: false, error: 'file_not_found' }, is: 'no', calls: 1, because: 'it is gone' },
    { said: { ok: false, error: 'missing_scope' }, is: 'no', calls: 1, because: 'the app may not' },
    { said: { ok: false, error: 'internal_error' }, is: 'later', calls: 1, because: 'Slack has a bad moment' },
    { said: 'lost', is: 'later', calls: 1, because: 'there is no answer' },
    { info: { url_private_download: 'https://evil.example/f' }, is: 'no', calls: 1, because: 'it is not at Slack' },
    { info: { size: 50 * 1024 * 1024 + 1 }, is: 'no', calls: 1, because: 'it is too large' },
    { got: () => ({ truncated: true }), is: 'no', calls: 2, because: 'it is larger than said' },
    { got: () => ({ headers: html }), is: 'no', calls: 2, because: 'it is the login page' },
    {
      info: { mimetype: 'text/html' },
      got: () => ({ headers: html }),
      is: 'no',
      calls: 2,
      because: 'also in place of a page',
    },
    {
      got: () => ({ status: 302, headers: { location: 'https://evil.example' } }),
      is: 'no',
      calls: 2,
      because: 'it leads elsewhere',
    },
    { got: () => ({ status: 503 }), is: 'later', calls: 2, because: 'Slack is away' },
    { got: () => 'lost', is: 'later', calls: 2, because: 'it does not arrive' },
  ])('$is, when $because', async ({ is, calls, because: _because, ...given }) => {
    const { found, asked } = fetching(given);
    expect((await found).found).toBe(is);
    expect(asked).toHaveLength(calls);
  });
});
