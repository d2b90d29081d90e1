import type { FeedItem } from '@trunkline/control-api';
import { at, word } from '../../parts/read-at.ts';

/** What grows, by the id of the output that it will be. */
export type Drafts = ReadonlyMap<string, Draft>;

interface Draft {
  turnId: string;
  text: string;
  status?: string;
}

const mostDrafts = 50;

/** The drafts after one more piece. Pieces are kept nowhere: a text whose beginning was missed says so until it is whole. */
export function withLive(drafts: Drafts, data: FeedItem['data']): Drafts {
  const turnId = word(at(data, 'turn_id'));
  const id = word(at(data, 'output_id')) || `status of ${turnId}`;
  const before = drafts.get(id) ?? { turnId, text: missedBeginning(data) ? '… ' : '' };
  const status = word(at(data, 'status'));
  const draft = { ...before, text: before.text + word(at(data, 'content')), ...(status !== '' && { status }) };
  const next = new Map([...drafts].filter(([key]) => key !== id)).set(id, draft);
  return new Map([...next].slice(-mostDrafts));
}

const missedBeginning = (data: FeedItem['data']) =>
  at(data, 'stream', 'state') === 'delta' && Number(at(data, 'stream', 'seq')) > 1;
