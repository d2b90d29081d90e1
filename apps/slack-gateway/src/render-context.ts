import type { FoundPlatformIds } from '@trunkline/deliveries';
import type { Output } from '@trunkline/events';
import type { RenderContext } from './render.ts';
import { isFileId, messageAt, type MessageAt, type SlackTarget } from './render-step.ts';

/** An earlier output at a target. */
export interface EarlierOutput {
  sessionId: string;
  outputId: string;
  target: SlackTarget;
}

export interface PlanDeps {
  findPlatformIds(of: EarlierOutput): Promise<FoundPlatformIds>;
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
  const found = (outputId: string) => deps.findPlatformIds({ sessionId, outputId, target });
  const messagesOf = (ids: string[]) => ids.flatMap((id) => messageAt(id, target.channel_id) ?? []);

  async function find(id: string | undefined): Promise<MessageAt | undefined> {
    if (id === undefined) return undefined;
    return messageAt(id, target.channel_id) ?? messagesOf((await found(id)).ids)[0];
  }

  const earlierId = output.edit_of ?? output.delete_of;
  const earlier = earlierId === undefined ? undefined : await found(earlierId);
  const all = {
    earlier: earlier && {
      messages: messagesOf(earlier.ids),
      files: earlier.ids.filter(isFileId),
      settled: settledStates.has(earlier.state),
    },
    reactionOn: await find(output.reaction?.on),
    replyTo: await find(output.reply_to_message),
    shown: await find(await deps.presented?.(deliveryId, target)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What is not `delivered` has ids only of what arrived; of an `unknown` one, something may stand there that nobody knows. */
const settledStates: ReadonlySet<string> = new Set(['delivered', 'dead', 'expired', 'cancelled']);
