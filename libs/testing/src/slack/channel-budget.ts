/** Slack's limit of messages for each channel: so many per second, after a burst of so many. */
export interface ChannelBudget {
  perSecond: number;
  burst: number;
}

/** Counts messages by channel; answers 0 and counts, or the whole seconds until there is room. */
export function createChannelBudget(budget: ChannelBudget | undefined, now: () => number): (channel: string) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  return (channel) => {
    if (!budget) return 0;
    const last = buckets.get(channel) ?? { left: budget.burst, at: now() };
    const left = Math.min(budget.burst, last.left + ((now() - last.at) / 1000) * budget.perSecond);
    if (left < 1) return Math.max(1, Math.ceil((1 - left) / budget.perSecond));
    buckets.set(channel, { left: left - 1, at: now() });
    return 0;
  };
}
