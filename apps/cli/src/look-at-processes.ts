import type { ControlClient } from '@trunkline/control-api';
import type { Finding } from './doctor.ts';

/** What runs, as the control plane hears of it, and what ended badly without anybody having looked at it. */
export async function lookAtProcesses(control: ControlClient): Promise<Finding[]> {
  const { problems, gateways, routers, deliveries } = (await control.call('getOverview', {})).body;
  const missing = problems.map(({ part, detail, fix }): Finding => ({
    check: 'processes',
    outcome: 'failed',
    detail: `${part}: ${detail}`,
    fix,
  }));
  const detail = `${gateways.length} gateways, ${routers} session routers`;
  const found: Finding[] = missing.length > 0 ? missing : [{ check: 'processes', outcome: 'ok', detail }];
  if (deliveries.dead === 0) return found;
  const dead = `${deliveries.dead} dead letters of the last 48 h that nobody has resolved`;
  return [
    ...found,
    {
      check: 'deliveries',
      outcome: 'warning',
      detail: dead,
      fix: 'trunkline deliveries list --state dead --unresolved',
    },
  ];
}
