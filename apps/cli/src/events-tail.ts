import type { Bus } from '@trunkline/bus';
import { readEvent } from '@trunkline/events';
import type { Terminal } from './terminal.ts';

/** Shows events as they are stored, until `signal` aborts. With `--json` each is the whole CloudEvent. */
export async function eventsTail(
  options: { since?: Date; count?: number },
  deps: { bus: Bus; terminal: Terminal; signal: AbortSignal },
): Promise<void> {
  const { bus, terminal, signal } = deps;
  const from = options.since ? { time: options.since } : ('new' as const);
  const reader = await bus.follow('EVENTS', bus.names.allEvents, { from });
  signal.addEventListener('abort', () => void reader.stop(), { once: true });
  let left = options.count ?? Infinity;
  for await (const message of reader.messages) {
    const read = readEvent(message.json());
    if (terminal.json) terminal.out(JSON.stringify(message.json()));
    else if (read.ok) {
      const { type, connector, subject, data } = read.value;
      terminal.out(
        `${message.time.toISOString()}  ${connector}  ${type}  ${subject}  ${oneLine(data.content?.text ?? '')}`,
      );
    } else terminal.err(`${message.subject}: ${read.problems.join('; ')}`);
    if (--left === 0) break;
  }
  await reader.stop();
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 80);
