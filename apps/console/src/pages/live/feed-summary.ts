import type { FeedItem } from '@trunkline/control-api';
import { at, words } from '../../parts/read-at.ts';
import { saidInLine } from '../../parts/said.ts';

const longest = 200;

/** What an item of the feed says, in one line. */
export function feedSummary({ what, data }: FeedItem): string {
  return cut(said[what](data)) || '–';
}

const said: Record<FeedItem['what'], (data: FeedItem['data']) => string> = {
  event: (data) => words(at(data, 'data', 'actor', 'name') || at(data, 'data', 'actor', 'id'), textOf(data)),
  turn: (data) => words(`#${at(data, 'seq')}`, textOf(at(data, 'event'))),
  output: saidInLine,
  delivery: (data) => words(at(data, 'state'), targetText(at(data, 'target')), at(data, 'reason', 'detail')),
  rejected: reasonText,
  ignored: reasonText,
  dead: (data) => words(at(data, 'group'), reasonText(data)),
  audit: (data) => words(at(data, 'operation'), 'by', at(data, 'by', 'name')),
  live: (data) => words(at(data, 'status'), at(data, 'content')) || words('stream', at(data, 'stream', 'state')),
};

const textOf = (event: unknown) => at(event, 'data', 'content', 'text') || at(event, 'type');

const targetText = (target: unknown) =>
  words('to', at(target, 'type'), at(target, 'url') || at(target, 'channel_id') || at(target, 'chat_id'));

function reasonText(data: unknown): string {
  const code = at(data, 'code') || at(data, 'reason', 'code');
  return words(code, at(data, 'detail') || at(data, 'reason', 'detail'), at(data, 'event_id'));
}

const cut = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};
