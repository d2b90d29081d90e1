import { parseConnector, type SlackConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { secretOf, type Secret } from '@trunkline/secrets';

/** The signing secret of the example in Slack's documentation. */
export const docsSecret = '8f742231b10e8888abcd99yyyzzz85a5';

/** A connector in the state in which the inventory gives it to a gateway; inline secrets are resolved. */
export function readyEntry(fields: object = {}, secrets: Record<string, Secret[]> = {}): ReadyEntry<SlackConnector> {
  const parsed = parseConnector('slack', {
    name: 'support',
    signing_secret: docsSecret,
    bot_token: 'xoxb-test',
    ...fields,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const config = parsed.connector;
  const names = ['bot_token', 'signing_secret', 'app_token'] as const;
  const inline = names.flatMap((name) =>
    config[name]?.inline === undefined ? [] : [[name, [secretOf(config[name].inline)]]],
  );
  const teams = config.team_bot_tokens.map((team) => [
    `team_bot_tokens.${team.team_id}`,
    [secretOf(team.bot_token?.inline ?? '')],
  ]);
  return {
    kind: 'slack',
    name: config.name,
    source: 'file',
    state: 'ready',
    config,
    secrets: { ...Object.fromEntries([...inline, ...teams]), ...secrets },
  };
}
