import type { FeedItem, OutputView } from '@trunkline/control-api';
import { readLive, type Live } from '@trunkline/events';

/** What consumers are writing in a session, and what they say that they do. It is kept nowhere: only who looks on has it. */
export interface Growing {
  /** By the id of the output that will hold the text. */
  texts: ReadonlyMap<string, GrowingText>;
  /** `typing`, `thinking` or any text, by turn; of no turn under the empty text. */
  statuses: ReadonlyMap<string, string>;
}

export interface GrowingText {
  outputId: string;
  turnId: string | undefined;
  text: string;
}

export const nothingGrows: Growing = { texts: new Map(), statuses: new Map() };

const most = 50;

/** What grows after one more item of the feed. A text whose beginning was missed says so until it is whole; an output ends what was said of it. */
export function grown(growing: Growing, { what, data }: Pick<FeedItem, 'what' | 'data'>): Growing {
  if (what === 'output') return { ...growing, statuses: new Map() };
  const read = what === 'live' ? readLive(data) : undefined;
  if (!read?.ok) return growing;
  const { turn_id = '', status } = read.value;
  return {
    texts: withPiece(growing.texts, read.value),
    statuses: status === undefined ? growing.statuses : newest(growing.statuses, turn_id, status),
  };
}

function withPiece(texts: Growing['texts'], { output_id, turn_id, stream, content = '' }: Live): Growing['texts'] {
  if (output_id === undefined || !stream) return texts;
  const before = stream.state === 'open' ? '' : texts.get(output_id)?.text;
  const missed = before === undefined && stream.seq > 1;
  const text = (before ?? (missed ? '… ' : '')) + content;
  return newest(texts, output_id, { outputId: output_id, turnId: turn_id, text });
}

/** With one that is the newest; the oldest make room. */
const newest = <V>(all: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map([...all].filter(([each]) => each !== key).slice(1 - most)).set(key, value);

/** The texts that none of these outputs holds yet, in the order in which they were begun or went on. */
export function unpublished({ texts }: Growing, outputs: readonly Pick<OutputView, 'output_id'>[]): GrowingText[] {
  const whole = new Set(outputs.map(({ output_id }) => output_id));
  return [...texts.values()].filter(({ outputId }) => !whole.has(outputId));
}
