import type { Bus } from '@trunkline/bus';
import { resetTarget, type TargetRecord } from '@trunkline/deliveries';

/**
 * What is sent to a chat from now on is tried again, whatever was known against it: for a `my_chat_member` that says that the
 * bot is unblocked or back. What was refused meanwhile stays dead until it is replayed.
 */
export async function releaseChat(
  chat: { connector: string; chatId: string },
  { bus }: { bus: Pick<Bus, 'bucket'> },
): Promise<void> {
  for await (const { key, value } of bus.bucket<TargetRecord>('targets').entries('*')) {
    const { target } = value;
    const isIt = target.type === 'telegram' && target.connector === chat.connector && target.chat_id === chat.chatId;
    if (isIt) await resetTarget(bus, key);
  }
}
