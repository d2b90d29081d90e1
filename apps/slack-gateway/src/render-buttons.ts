import type { ButtonsPart, SlackButton, SlackMessage } from './render-step.ts';
import { cutShort } from './render-split.ts';
import { escapeText, maxText, sections } from './render-text.ts';

const maxBlocks = 50;
const maxLabel = 75;
const maxValue = 2_000;
const prefix = 'trunkline';

/** The output whose button was pressed, from the block that Slack says it was in; `undefined` for blocks of others. */
export function outputOfBlock(blockId: string): string | undefined {
  return /^trunkline:(?<output>.+):\d+$/s.exec(blockId)?.groups?.['output'];
}

/** Whether Slack would take these buttons: what a press brings back is never cut. */
export function buttonsFit(parts: readonly ButtonsPart[]): boolean {
  return parts.every(({ rows }) => rows.flat().every(({ value = '' }) => value.length <= maxValue));
}

/**
 * Messages that hold the buttons, a row in each block (both hold 25 at most): the first is `before`, the text that they belong to, where there is one. `first` numbers the
 * blocks of one output, so that a block id stands once in a message.
 */
export function buttonMessages(
  { rows }: ButtonsPart,
  { outputId, first, before }: { outputId: string; first: number; before: SlackMessage | undefined },
): SlackMessage[] {
  const actions = rows.map((row, index) => ({
    block: {
      type: 'actions' as const,
      block_id: `${prefix}:${outputId}:${first + index}`,
      elements: row.map((button, column) => slackButton(button, `${prefix}:${index}.${column}`)),
    },
    lines: row.map(({ label, url }) => `• ${escapeText(label)}${url === undefined ? '' : ` <${escapeText(url)}>`}`),
  }));
  const text = before ? sections(before) : [];
  const room = maxBlocks - text.length;
  const batches = [actions.slice(0, room), ...chunked(actions.slice(room), maxBlocks)];
  return batches.map((batch, index) => ({
    text: fallback(
      index === 0 ? before?.text : undefined,
      batch.flatMap(({ lines }) => lines),
    ),
    mrkdwn: index === 0 ? (before?.mrkdwn ?? true) : true,
    blocks: [...(index === 0 ? text : []), ...batch.map(({ block }) => block)],
  }));
}

/** What notifications show, and what is left of the message where blocks are not taken. */
function fallback(text: string | undefined, lines: string[]): string {
  let whole = text ?? '';
  for (const line of lines) {
    const longer = whole === '' ? line : `${whole}\n${line}`;
    if (longer.length > maxText) break;
    whole = longer;
  }
  return whole;
}

function slackButton({ label, value, url }: ButtonsPart['rows'][number][number], actionId: string): SlackButton {
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: cutShort(label, maxLabel) },
    ...(value !== undefined && { value }),
    ...(url !== undefined && { url }),
  };
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
