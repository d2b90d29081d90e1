import { describe, expect, it } from 'vitest';
import { ControlUnreachableError } from './errors.ts';
import { followFeed } from './follow-feed.ts';

const item = (id: string) =>
  `id: ${id}\nevent: event\ndata: {"what":"event","at":"2026-01-01T00:00:00Z","data":{"id":"${id}"}}\n\n`;
const answer = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });

/** Follows connections that each say one of these, until the last of them is over; what was told on the way, in its order. */
async function follow(connections: readonly (string | Error)[]) {
  const told: string[] = [];
  const over = new AbortController();
  const left = [...connections];
  const feed = followFeed(
    async ({ headers }) => {
      const next = left.shift();
      told.push(`from ${headers['last-event-id'] ?? 'now'}`);
      if (left.length === 0) over.abort();
      if (next === undefined || next instanceof Error) throw next ?? new Error('no more');
      return answer(next);
    },
    {
      signal: over.signal,
      onPlace: (id) => told.push(`at ${id}`),
      onState: (state) => told.push(state),
    },
  );
  for await (const { item } of feed) told.push(`took ${String(item.data['id'])}`);
  return told;
}

describe('following the feed', () => {
  it('tells its place before anything happened, so that a pause there loses nothing', async () => {
    expect(await follow(['id: a0\n\n', ''])).toEqual(['from now', 'live', 'at a0', 'reconnecting', 'from a0', 'live']);
  });

  it('tells the place of an item after it was taken, and goes on there over a lost connection', async () => {
    const away = new ControlUnreachableError('http://nowhere');
    expect(await follow([item('a1'), away, item('a2')])).toEqual([
      ...['from now', 'live', 'took a1', 'at a1', 'reconnecting'],
      ...['from a1', 'reconnecting'],
      ...['from a1', 'live', 'took a2', 'at a2'],
    ]);
  });
});
