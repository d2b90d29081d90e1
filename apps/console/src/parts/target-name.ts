/** Where something is said, in one line: of a canonical target the connector and what names the place. */
export function targetName({ type, connector, ...place }: { type: string; [field: string]: unknown }): string {
  const whose = [type, typeof connector === 'string' ? connector : undefined].filter(Boolean).join('/');
  const parts = placeFields.flatMap((field) => (place[field] === undefined ? [] : [String(place[field])]));
  return [whose, parts.join(' · ')].filter(Boolean).join(' → ');
}

const placeFields = ['url', 'channel_id', 'thread_ts', 'chat_id', 'message_thread_id', 'conversation', 'route'];
