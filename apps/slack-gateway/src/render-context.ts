import type { Output } from '@trunkline/events';
import type { RenderContext } from './render.ts';
import { isFileId, messageAt, type MessageAt, type SlackTarget } from './render-step.ts';

/** What an earlier output became at a target: the platform ids of its delivery, in the order of its steps. */
export interface EarlierOutput {
  sessionId: string;
  outputId: string;
  target: SlackTarget;
}

export interface PlanDeps {
  findPlatformIds(of: EarlierOutput): Promise<{ ids: string[] }>;
  /** The platform id of the message that showed a delivery's output while it grew; nothing more is shown of it from then on. */
  presented?(deliveryId: string, target: SlackTarget): Promise<string | undefined>;
}

interface Planned {
  output: Output;
  sessionId: string;
  deliveryId: string;
  target: SlackTarget;
}

/** Looks up what an output refers to. Ids of messages and of earlier outputs are both taken. */
export async function renderContext(
  { output, sessionId, deliveryId, target }: Planned,
  deps: PlanDeps,
): Promise<Pick<RenderContext, 'earlier' | 'reactionOn' | 'replyTo' | 'shown'>> {
  const idsOf = async (outputId: string) => (await deps.findPlatformIds({ sessionId, outputId, target })).ids;
  const messagesOf = (ids: string[]) => ids.flatMap((id) => messageAt(id, target.channel_id) ?? []);

  async function find(id: string | undefined): Promise<MessageAt | undefined> {
    if (id === undefined) return undefined;
    return messageAt(id, target.channel_id) ?? messagesOf(await idsOf(id))[0];
  }

  const earlierId = output.edit_of ?? output.delete_of;
  const ids = earlierId === undefined ? undefined : await idsOf(earlierId);
  const found = {
    earlier: ids && { messages: messagesOf(ids), files: ids.filter(isFileId) },
    reactionOn: await find(output.reaction?.on),
    replyTo: await find(output.reply_to_message),
    shown: await find(await deps.presented?.(deliveryId, target)),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
