/**
 * Slack or Telegram for the peers and the gateways, so that what they ask of it is answered.
 *
 *     node peer-platforms.ts slack|telegram <port>
 */
import { startFakeSlack, startFakeTelegram } from '@trunkline/testing';
import { benchSlack } from './slack-requests.ts';
import { benchTelegram } from './telegram-requests.ts';

const [kind, port] = process.argv.slice(2);

if (kind === 'slack') {
  const { team, app, bot, botToken, signingSecret, people } = benchSlack;
  await startFakeSlack({
    port: Number(port),
    teams: [{ id: team }],
    users: people.map((id) => ({ id, name: id.toLowerCase() })),
    apps: [
      { id: app, signing_secret: signingSecret, installs: [{ team_id: team, bot_token: botToken, bot_user_id: bot }] },
    ],
  });
} else {
  const { botToken, username } = benchTelegram;
  await startFakeTelegram({ port: Number(port), bots: [{ token: botToken, username }] });
}
process.once('SIGTERM', () => process.exit(0));
process.send?.('ready');
