import type { FakeMessage } from './message-store.ts';
import type { FakeFile, World } from './world.ts';

/** Posts files as Slack does: one message of subtype `file_share`, which each file remembers. */
export function shareFiles(draft: Omit<FakeMessage, 'ts' | 'reactions'>, files: FakeFile[], world: World): FakeMessage {
  const message = world.messages.add({ ...draft, subtype: 'file_share', files: files.map(({ id }) => id) });
  for (const file of files) file.shared_in.push({ channel: message.channel, ts: message.ts });
  return message;
}
