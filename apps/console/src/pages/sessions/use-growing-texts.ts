import type { FeedItem } from '@trunkline/control-api';
import { readLive } from '@trunkline/events';
import { useRef, useState } from 'react';

/** The texts that are being written, by the id of the output that will hold them, and what the consumer says that it does. */
export function useGrowingTexts() {
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const [status, setStatus] = useState<string>();
  const published = useRef(new Set<string>());

  const takeLive = (item: FeedItem) => {
    const read = readLive(item.data);
    if (!read.ok) return;
    const { output_id, stream, content = '', status } = read.value;
    if (status !== undefined) setStatus(status);
    if (output_id === undefined || !stream || published.current.has(output_id)) return;
    setTexts((before) => {
      const known = stream.state === 'open' ? '' : (before.get(output_id) ?? '');
      return new Map(before).set(output_id, known + content);
    });
  };

  const takeOutput = ({ data }: FeedItem) => {
    const id = String(data['output_id']);
    published.current.add(id);
    setStatus(undefined);
    setTexts((before) => new Map([...before].filter(([each]) => each !== id)));
  };

  return {
    texts,
    status,
    take(item: FeedItem) {
      if (item.what === 'live') takeLive(item);
      if (item.what === 'output') takeOutput(item);
    },
  };
}
