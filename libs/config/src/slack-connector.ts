import { replyTargetSchema, type ReplyHandle } from '@trunkline/events';
import { z } from 'zod';
import { baseShape } from './base-connector.ts';
import { defineKind, type Draft } from './define-kind.ts';
import { idList, text } from './field-schemas.ts';
import { warnAboutStrangeNames } from './strange-names.ts';
import { refuseBadTargets, replyHandles } from './reply-target-list.ts';
import { joinSecrets, secretTriple, tripleKeys, type WithSecrets } from './secret-field.ts';
import { warnAboutSecrets } from './secret-warnings.ts';
import { baseUrl } from './url-rules.ts';

const kind = 'slack';
const secretFields = ['bot_token', 'signing_secret', 'app_token'] as const;
const eventNames = ['message', 'app_mention', 'reaction_added', 'reaction_removed', 'slash_command', 'interaction'];

const teamBotTokenSchema = z.strictObject({
  team_id: text(64).describe('Workspace.'),
  ...secretTriple('bot_token', { kind, about: 'Bot token of the app in this workspace' }),
});

/** What a user writes for one connector of this kind. Rules across fields are in `slackKind`. */
export const slackSchema = z.strictObject({
  ...baseShape({ eventsPerSecond: 60, onUnknown: 'surface' }),
  ...secretTriple('bot_token', { kind, about: 'Bot token, `xoxb-`' }),
  ...secretTriple('signing_secret', { kind, about: 'Signing secret of the app; required by events_api' }),
  ...secretTriple('app_token', {
    kind,
    about: 'App-level token; required by socket_mode',
    inline: { pattern: /^xapp-\S+$/, wanted: 'as it was issued, beginning with "xapp-"' },
  }),
  api_base_url: baseUrl().default('https://slack.com/api').describe('Where the Web API is.'),
  include_self_output: z.boolean().optional().meta({
    description: 'Answers go back to where the event came from.',
    'x-default': 'true where there is a bot token',
  }),
  additional_reply_targets: z.array(replyTargetSchema).prefault([]).describe('Where answers go as well.'),
  additional_binding_keys: idList().describe('What sessions of this connector are bound to as well.'),
  ingress_mode: z
    .enum(['events_api', 'socket_mode'])
    .default('events_api')
    .describe('Slack calls us, or we hold a connection to Slack.'),
  session_scope: z
    .enum(['thread', 'channel', 'user', 'auto'])
    .default('auto')
    .describe('What shares a session. `auto`: direct messages by channel, everything else by channel and root thread.'),
  events: idList().default(eventNames.toSorted()).describe('What becomes an event.'),
  require_mention: z
    .boolean()
    .default(false)
    .describe('In channels: only messages that mention the bot, or in a thread where it already takes part.'),
  allowed_api_app_ids: idList().describe('Apps, ingress and egress. Empty: all.'),
  allowed_enterprise_ids: idList().describe('Enterprise organizations, ingress and egress. Empty: all.'),
  allowed_team_ids: idList().describe('Workspaces, ingress and egress. Empty: all.'),
  allowed_channel_ids: idList().describe('Channels, ingress and egress. Empty: all.'),
  team_bot_tokens: z.array(teamBotTokenSchema).default([]).describe('Bot tokens of further workspaces.'),
  format: z
    .enum(['markdown', 'mrkdwn', 'plain'])
    .default('markdown')
    .describe('What the text of outputs is written in.'),
});

type SlackWire = z.output<typeof slackSchema>;
type SlackSecret = (typeof secretFields)[number];
type Replaced = 'additional_reply_targets' | 'include_self_output' | 'team_bot_tokens';

/** The bot token of one workspace. */
export type TeamBotToken = WithSecrets<z.output<typeof teamBotTokenSchema>, 'bot_token'>;

/** A Slack app. */
export type SlackConnector = Omit<WithSecrets<SlackWire, SlackSecret>, Replaced> & {
  kind: 'slack';
  additional_reply_targets: ReplyHandle[];
  include_self_output: boolean;
  team_bot_tokens: TeamBotToken[];
};

/** Reads `[[slack_connectors]]`. */
export const slackKind = defineKind<typeof kind, typeof slackSchema, SlackConnector>({
  kind,
  schema: slackSchema,
  secretFields,
  check(draft) {
    const { wire, hasSecret, refuse } = draft;
    warnAboutSecrets(draft, secretFields);
    refuseBadTargets(draft, { kind, field: 'additional_reply_targets' });
    warnAboutStrangeNames(draft, { field: 'events', known: eventNames });
    checkTeams(draft);
    if (wire.ingress_mode === 'socket_mode' && !hasSecret('app_token')) refuse([], 'socket_mode needs app_token');
    const unsigned = wire.ingress_mode === 'events_api' && !hasSecret('signing_secret');
    if (unsigned && wire.allow_unauthenticated_ingress === false) {
      refuse([], 'needs signing_secret, or allow_unauthenticated_ingress = true');
    }
    if (wire.include_self_output && !hasBotToken(draft)) refuse(['include_self_output'], 'needs bot_token');
  },
  finish(wire) {
    const teams = wire.team_bot_tokens.map((team) => joinSecrets(team, ['bot_token']));
    const connector = joinSecrets(wire, secretFields);
    return {
      kind,
      ...connector,
      include_self_output: wire.include_self_output ?? (connector.bot_token !== undefined || teams.length > 0),
      additional_reply_targets: replyHandles(wire.additional_reply_targets, { kind, name: wire.name }),
      team_bot_tokens: teams,
    };
  },
});

const hasBotToken = ({ has, hasSecret }: Draft<SlackWire>) => hasSecret('bot_token') || has('team_bot_tokens');

function checkTeams({ wire, refuse, warn }: Draft<SlackWire>): void {
  const seen = new Set<string>();
  for (const [index, team] of (wire.team_bot_tokens ?? []).entries()) {
    const at = ['team_bot_tokens', index];
    if (seen.has(team.team_id)) refuse([...at, 'team_id'], 'is listed twice');
    seen.add(team.team_id);
    if (joinSecrets(team, ['bot_token']).bot_token === undefined) {
      refuse(at, `needs one of ${Object.values(tripleKeys('bot_token')).join(', ')}`);
    }
    warnAboutSecrets({ wire: team, warn: (path, message) => warn([...at, ...path], message) }, ['bot_token']);
  }
}
