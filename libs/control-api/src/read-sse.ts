/** One event of a stream: its type, its data, and the id to resume after it. */
export interface ServerSentEvent {
  type: string;
  data: string;
  id: string | undefined;
}

/** Reads Server-Sent Events (as HTML's standard has them) from bytes; what is cut off at the end is left out. Events without data set the id. */
export async function* readServerSentEvents(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let open = '';
  let event = emptyEvent(undefined);
  for await (const chunk of bytes) {
    onBytes();
    const lines = (open + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    open = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') addLine(line, event);
      else {
        yield { type: event.type, data: event.data.join('\n'), id: event.id };
        event = emptyEvent(event.id);
      }
    }
  }
}

const emptyEvent = (id: string | undefined) => ({ type: 'message', data: new Array<string>(), id });

function addLine(line: string, event: ReturnType<typeof emptyEvent>): void {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'data') event.data.push(value);
  if (field === 'event') event.type = value;
  if (field === 'id') event.id = value;
}
