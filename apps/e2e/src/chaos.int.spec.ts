import { expect, it } from 'vitest';
import { runChaos } from './chaos/run-chaos.ts';

it(
  'loses, doubles and misplaces nothing while parts are killed, frozen and restarted',
  { timeout: 240_000 },
  async () => {
    const lines: string[] = [];
    const { report, violated, examples, tails } = await runChaos({
      events: 1_500,
      conversations: 30,
      seed: 3,
      faults: 6,
      longPauses: false,
      stalledAfterMs: 60_000,
      say: (line) => lines.push(line),
    });
    expect(violated, [...lines, tails, ...examples, JSON.stringify(report)].join('\n')).toBe(false);
    expect(report).toMatchObject({
      sent: 1_500,
      accepted: 1_500,
      lost: 0,
      duplicated: 0,
      out_of_order: 0,
      deliveries_lost: 0,
    });
    expect(report.kills + report.pauses + report.server_restarts).toBe(6);
  },
);
