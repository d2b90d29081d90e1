import type { Output } from '@trunkline/events';
import { buttonMessages, buttonsFit } from './render-buttons.ts';
import { reactionName } from './render-reaction.ts';
import type { AttachmentPart, MessageAt, SlackAction, SlackMessage, SlackStep, SlackTarget } from './render-step.ts';
import { maxSection, maxText, sections, textMessages, type TextForm } from './render-text.ts';

/** What an output says with regard to things that were said before, looked up by whoever plans. */
export interface RenderContext {
  target: SlackTarget;
  /** What the connector's texts are written in where the output does not say. */
  format: TextForm;
  /** Messages and files of the output that this one edits or deletes; `settled`: there are no others, and will be none. */
  earlier?: { messages: MessageAt[]; files: string[]; settled: boolean };
  /** The message that a reaction goes on. */
  reactionOn?: MessageAt;
  /** The message that this one answers. */
  replyTo?: MessageAt;
  /** The message that showed this output while it grew. */
  shown?: MessageAt;
}

/** An output as calls to Slack, in order: the same for the same output and context. */
export function renderOutput(output: Output, context: RenderContext): SlackStep[] {
  return actionsOf(output, context).map((action, index) => ({ index, ...action }));
}

function actionsOf(output: Output, context: RenderContext): SlackAction[] {
  if (output.delete_of !== undefined) return takeBack(context);
  // The pieces of a text that grows are shown live; what stands on the stream is the whole, at the close.
  if (output.stream !== undefined && output.stream.state !== 'close') return [];
  const buttons = output.parts?.filter((part) => part.type === 'buttons') ?? [];
  if (!buttonsFit(buttons)) return [tooLong];
  const said = sayings(output, context);
  const actions = output.edit_of === undefined ? fresh(said, context) : edited(said, context);
  return [...actions, ...reaction(output, context), ...(actions.length === 0 ? status(output, context) : [])];
}

const tooLong: SlackAction = {
  do: 'refuse',
  code: 'button_value_too_long',
  reason: 'The value of a button is longer than the 2,000 characters that Slack takes.',
};

const nothingKnown: SlackAction = {
  do: 'refuse',
  code: 'earlier_output_not_found',
  reason: 'Nothing is known here of messages that the earlier output became.',
};

/** Where new messages of an output go: Slack has no replies within a thread. */
const threadOf = ({ target, replyTo }: RenderContext): { threadTs?: string } => {
  const threadTs = target.thread_ts ?? replyTo?.ts;
  return threadTs === undefined ? {} : { threadTs };
};

type Saying = Extract<SlackAction, { do: 'post' | 'upload' }>;

/** Everything that an output says, as new messages and uploads in the order of its parts. */
function sayings(output: Output, context: RenderContext): Saying[] {
  const formOf = (format: Output['format']): TextForm => format ?? output.format ?? context.format;
  const place = threadOf(context);
  const post = (message: SlackMessage): Saying => ({ do: 'post', message, ...place });
  const parts: NonNullable<Output['parts']> = [
    ...(output.content === undefined ? [] : [{ type: 'text' as const, text: output.content }]),
    ...(output.parts ?? []),
  ];
  const said: Saying[] = [];
  let blocks = 0;
  for (const [index, part] of parts.entries()) {
    switch (part.type) {
      case 'text': {
        // The text that buttons follow becomes a section of their message.
        const limit = parts[index + 1]?.type === 'buttons' ? maxSection : maxText;
        said.push(...textMessages(part.text, formOf(part.format), limit).map(post));
        break;
      }
      case 'buttons': {
        const before = plainPost(said.at(-1));
        if (before) said.pop();
        said.push(...buttonMessages(part, { outputId: output.output_id, first: blocks, before }).map(post));
        blocks += part.rows.length;
        break;
      }
      case 'attachment': {
        const caption = textMessages(part.caption ?? '', formOf(undefined));
        const [comment] = caption;
        if (caption.length > 1) said.push(...caption.map(post));
        const upload = { do: 'upload' as const, file: part, ...titleOf(part), ...place };
        said.push(comment && caption.length === 1 ? { ...upload, comment } : upload);
      }
    }
  }
  return said;
}

/** The last part of a URL's path is the best name for what nobody named. */
function titleOf({ file_name: name, url }: AttachmentPart): { title?: string } {
  if (name !== undefined) return { title: name };
  const last = url === undefined ? undefined : new URL(url).pathname.split('/').at(-1);
  return last ? { title: decoded(last).slice(0, 200) } : {};
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const plainPost = (saying: Saying | undefined): SlackMessage | undefined =>
  saying?.do === 'post' && saying.message.blocks === undefined && saying.message.text.length <= maxSection
    ? saying.message
    : undefined;

/** New messages. One that showed the output while it grew becomes the first of them. */
function fresh(said: Saying[], { shown, ...context }: RenderContext): SlackAction[] {
  if (!shown) return said;
  const [first, ...others] = said;
  if (first?.do !== 'post') return [...said, { do: 'delete', at: shown }];
  return [{ do: 'update', at: shown, message: editable(first.message), orPost: threadOf(context) }, ...others];
}

/** The messages of the earlier output are changed one by one; what is more is posted, what is left over deleted. */
function edited(said: Saying[], context: RenderContext): SlackAction[] {
  const messages = context.earlier?.messages ?? [];
  const posts = said.filter((each) => each.do === 'post');
  const updates = posts
    .slice(0, messages.length)
    .flatMap(({ message }, n) =>
      messages[n] ? [{ do: 'update' as const, at: messages[n], message: editable(message) }] : [],
    );
  const surplus = messages.slice(posts.length).map((at) => ({ do: 'delete' as const, at }));
  const others = said.filter((each) => each.do === 'upload' || posts.indexOf(each) >= messages.length);
  return [...updates, ...others, ...surplus];
}

/** An edit cannot switch formatting off, blocks of plain text can; and old blocks stay unless they are replaced. */
function editable(message: SlackMessage): SlackMessage {
  return { ...message, blocks: message.blocks ?? (message.mrkdwn ? [] : sections(message)) };
}

function takeBack({ earlier }: RenderContext): SlackAction[] {
  if (!earlier?.settled && !earlier?.messages.length && !earlier?.files.length) return [nothingKnown];
  return [
    ...earlier.messages.map((at) => ({ do: 'delete' as const, at })),
    ...earlier.files.map((file) => ({ do: 'delete_file' as const, file })),
  ];
}

function reaction(output: Output, { reactionOn }: RenderContext): SlackAction[] {
  if (output.reaction === undefined) return [];
  const name = reactionName(output.reaction.name);
  return reactionOn ? [{ do: 'react', at: reactionOn, name }] : [nothingKnown];
}

/** A status that was published to be kept is shown once, where Slack has a place for it. */
function status(output: Output, { target }: RenderContext): SlackAction[] {
  if (output.status === undefined || target.thread_ts === undefined) return [];
  return [{ do: 'status', status: output.status, threadTs: target.thread_ts }];
}
