import type { BotMethod } from '../method.ts';

const test: BotMethod = {
  token: 'bot',
  scopes: [],
  errors: [],
  handle(_args, { world, app, install }) {
    const team = world.teams.get(install.team_id);
    return {
      ok: true,
      url: `https://${team?.domain ?? 'fake'}.slack.com/`,
      team: team?.name ?? '',
      user: app.name,
      team_id: install.team_id,
      user_id: install.bot_user_id,
      bot_id: install.bot_id,
      is_enterprise_install: install.is_enterprise_install,
      ...(team?.enterprise_id && { enterprise_id: team.enterprise_id }),
    };
  },
};

/** The methods of `auth.*`. */
export const authMethods = { 'auth.test': test };
