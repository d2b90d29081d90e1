import type { ReplyHandle } from '@trunkline/events';
import type { ConnectorConfig } from './connectors.ts';

/** Whether a connector may send to a target. `reason` is for operators. */
export type TargetAllowed = { allowed: true } | { allowed: false; reason: string };

const yes = { allowed: true } as const;

/**
 * Judges a target by its connector's allowlists. An empty list allows all; one with entries refuses a target that does not say the
 * value. Http and external connectors have none: their URLs and routes are judged elsewhere.
 */
export function connectorAllows(config: ConnectorConfig, target: ReplyHandle): TargetAllowed {
  if (config.kind !== target.type) return refused(`The target is of another kind than connector ${config.name}`);
  if (config.kind === 'slack' && target.type === 'slack') {
    const lists = [
      { field: 'allowed_enterprise_ids', list: config.allowed_enterprise_ids, value: target.enterprise_id },
      { field: 'allowed_team_ids', list: config.allowed_team_ids, value: target.team_id },
      { field: 'allowed_channel_ids', list: config.allowed_channel_ids, value: target.channel_id },
    ];
    return judge(config.name, lists);
  }
  if (config.kind === 'telegram' && target.type === 'telegram') {
    return judge(config.name, [
      { field: 'allowed_chat_ids', list: config.allowed_chat_ids.map(String), value: target.chat_id },
    ]);
  }
  return yes;
}

function judge(name: string, lists: { field: string; list: readonly string[]; value: string | undefined }[]) {
  for (const { field, list, value } of lists) {
    if (list.length > 0 && (value === undefined || !list.includes(value))) {
      return refused(
        `${field} of connector ${name} ${value === undefined ? 'needs a value that the target lacks' : `lacks ${value}`}`,
      );
    }
  }
  return yes;
}

const refused = (why: string): TargetAllowed => ({ allowed: false, reason: `${why}.` });
