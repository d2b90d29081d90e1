import type { Step } from '@trunkline/deliveries';
import type { OutputPart, ReplyHandle } from '@trunkline/events';

export type SlackTarget = Extract<ReplyHandle, { type: 'slack' }>;
export type AttachmentPart = Extract<OutputPart, { type: 'attachment' }>;
export type ButtonsPart = Extract<OutputPart, { type: 'buttons' }>;

/** One message of Slack's; `ts` is unique within its channel only. */
export interface MessageAt {
  channel: string;
  ts: string;
}

/** The two blocks that we send. */
export type SlackBlock =
  | { type: 'section'; text: { type: 'mrkdwn' | 'plain_text'; text: string; verbatim?: true } }
  | { type: 'actions'; block_id: string; elements: SlackButton[] };

export interface SlackButton {
  type: 'button';
  action_id: string;
  text: { type: 'plain_text'; text: string };
  value?: string;
  url?: string;
}

/** The visible part of a message: `text` stands alone where blocks are left out or not taken. */
export interface SlackMessage {
  text: string;
  /** False: `text` is shown as it is, without formatting. */
  mrkdwn: boolean;
  blocks?: SlackBlock[];
}

export type SlackAction =
  | { do: 'post'; message: SlackMessage; threadTs?: string }
  /** `orPost`: the message is our presentation of this output; where it is gone, the text is posted. */
  | { do: 'update'; at: MessageAt; message: SlackMessage; orPost?: { threadTs?: string } }
  | { do: 'delete'; at: MessageAt }
  | { do: 'delete_file'; file: string }
  /** Without a title the file's own name is shown. */
  | { do: 'upload'; file: AttachmentPart; title?: string; comment?: SlackMessage; threadTs?: string }
  | { do: 'react'; at: MessageAt; name: string }
  | { do: 'status'; status: string; threadTs: string }
  /** What cannot be asked of Slack at all. */
  | { do: 'refuse'; code: string; reason: string };

/** One call of a delivery to Slack (an upload is three, of which the last one counts). */
export type SlackStep = Step & SlackAction;

const timestamp = /^\d{1,12}\.\d{1,9}$/;
const fileId = /^F[A-Z0-9]{2,20}$/;

/** The platform id of a message of ours: `<channel>:<ts>`, because only the channel that Slack answers with can be edited in. */
export const platformIdOf = ({ channel, ts }: MessageAt): string => `${channel}:${ts}`;

/** Reads a platform id, or a bare ts in a channel; `undefined` for anything else. */
export function messageAt(id: string, channel: string): MessageAt | undefined {
  const colon = id.lastIndexOf(':');
  const ts = id.slice(colon + 1);
  if (!timestamp.test(ts)) return undefined;
  return { channel: colon > 0 ? id.slice(0, colon) : channel, ts };
}

/** Whether a platform id is that of an upload. */
export const isFileId = (id: string): boolean => fileId.test(id);
