import type { AssetPlace, FetchedAsset, FetchOutcome } from '@trunkline/gateway-kit';
import { describe, expect, it } from 'vitest';
import { createFileLoader, fileFormOf } from './deliver-file.ts';
import type { FileSource } from './render-step.ts';

const signal = new AbortController().signal;

/** Loads a file from a web where each URL answers as it is told, and tells what was asked for. */
async function load(source: FileSource, web: Record<string, FetchOutcome> = {}) {
  const asked: string[] = [];
  const fetch = async ({ url, policy }: { url: string; policy: { allowPrivate: boolean } }): Promise<FetchOutcome> => {
    expect(policy.allowPrivate).toBe(false);
    asked.push(url);
    return web[url] ?? answer(404);
  };
  const bus = { objects: () => ({ get: async () => undefined, put: async () => {} }) };
  const fetchAsset = async ({ connector, assetId }: AssetPlace): Promise<FetchedAsset> =>
    assetId === `of ${connector}`
      ? { found: 'yes', object: { bytes: Buffer.from('kept by Telegram') } }
      : { found: 'later', retryAfterMs: 5 };
  const loadFile = createFileLoader({ bus, fetchAsset, fetch: Object.assign(fetch, { close: async () => {} }) });
  const loaded = await loadFile(source, { connector: 'bot', signal });
  return { asked, loaded };
}

function answer(status: number, headers: Record<string, string> = {}, body = ''): FetchOutcome {
  return { kind: 'response', status, headers, body: Buffer.from(body), truncated: body === 'endless' };
}

const url = 'https://files.example/a/photo.png?size=1';

describe('a file at a URL', () => {
  it('has the name and type that the web gives it', async () => {
    const { loaded } = await load({ url }, { [url]: answer(200, { 'content-type': 'image/png; x=1' }, 'png') });
    expect(loaded).toMatchObject({ ok: true, file: { fileName: 'photo.png', mediaType: 'image/png' } });
  });

  it('is followed to where it is, each time past the guard', async () => {
    const web = { [url]: answer(302, { location: '/b' }), 'https://files.example/b': answer(200, {}, 'x') };
    const { asked, loaded } = await load({ url, file_name: 'b.mp3' }, web);
    expect(asked).toEqual([url, 'https://files.example/b']);
    expect(loaded).toMatchObject({ ok: true, file: { fileName: 'b.mp3', mediaType: 'audio/mpeg' } });
  });

  it.each<{ result: FetchOutcome; outcome: string; because: string }>([
    { result: answer(404), outcome: 'refused file_http_404', because: 'it is not there' },
    { result: answer(503), outcome: 'blamed file_http_503', because: 'it may be there later' },
    { result: answer(302, { location: url }), outcome: 'refused file_redirects', because: 'it goes round in circles' },
    { result: answer(200, {}, 'endless'), outcome: 'refused file_too_large', because: 'it is cut off at the limit' },
    { result: answer(200), outcome: 'refused file_empty', because: 'Telegram takes no empty file' },
    { result: { kind: 'timeout', sent: true }, outcome: 'blamed file_unreachable', because: 'it does not come' },
    {
      result: { kind: 'refused', reason: 'address_not_allowed' },
      outcome: 'refused file_address_not_allowed',
      because: 'it is in a private network',
    },
  ])('is $outcome when $because', async ({ result, outcome }) => {
    const { loaded } = await load({ url }, { [url]: result });
    const found =
      loaded.ok || !('code' in loaded.outcome) ? 'loaded' : `${loaded.outcome.outcome} ${loaded.outcome.code}`;
    expect(found).toBe(outcome);
  });
});

it('a file that came with an event is fetched from Telegram when it is sent on', async () => {
  const { loaded } = await load({ asset_id: 'of bot', file_name: 'a.ogg' });
  expect(loaded).toMatchObject({ ok: true, file: { mediaType: 'audio/ogg' } });
  const { loaded: later } = await load({ asset_id: 'of another bot' });
  expect(later).toMatchObject({ outcome: { outcome: 'blamed', code: 'asset_unavailable' } });
});

it.each([
  { mediaType: 'image/jpeg', mebibytes: 10, form: 'photo' },
  { mediaType: 'image/jpeg', mebibytes: 10.1, form: 'document' },
  { mediaType: 'image/svg+xml', mebibytes: 1, form: 'document' },
  { mediaType: 'image/gif', mebibytes: 20, form: 'animation' },
  { mediaType: 'video/mp4', mebibytes: 20, form: 'video' },
  { mediaType: 'video/webm', mebibytes: 20, form: 'document' },
  { mediaType: 'audio/mpeg', mebibytes: 1, form: 'audio' },
  { mediaType: 'audio/ogg', mebibytes: 1, form: 'voice' },
])('$mediaType of $mebibytes MB is a $form', ({ mediaType, mebibytes, form }) => {
  expect(fileFormOf({ mediaType, bytes: new Uint8Array(mebibytes * 1024 * 1024) })).toBe(form);
});
