import type { ExplainedEvent } from '@trunkline/events';

/** What a person looks through; the stored event has all of it. */
const longestText = 4_000;
const longestRaw = 16_000;

/** Cuts what would make an answer too large for a message of the bus, and says so. */
export function cutForReading(explained: ExplainedEvent): ExplainedEvent {
  if (explained.outcome !== 'event') return explained;
  const { content, raw, ...rest } = explained.event.data;
  const longContent = content !== undefined && content.text.length > longestText;
  const longRaw = raw !== undefined && JSON.stringify(raw).length > longestRaw;
  if (!longContent && !longRaw) return explained;
  const data = {
    ...rest,
    ...(content && { content: longContent ? { ...content, text: cut(content.text) } : content }),
    ...(raw !== undefined && !longRaw && { raw }),
  };
  const names = [longContent && 'content.text', longRaw && 'raw'].filter((name) => name !== false);
  return { ...explained, event: { ...explained.event, data }, cut: names };
}

/** Not inside a surrogate pair. */
const cut = (text: string) => text.slice(0, longestText).toWellFormed();
