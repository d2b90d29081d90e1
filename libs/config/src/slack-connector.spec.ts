import { describeRules } from './testing/connector-rules.ts';

describeRules([
  {
    kind: 'slack',
    with: { signing_secret_env: undefined },
    because: 'Slack calls us',
    refused: 'needs signing_secret, or allow_unauthenticated_ingress = true',
  },
  {
    kind: 'slack',
    with: { signing_secret_env: undefined, ingress_mode: 'socket_mode', app_token_env: 'A' },
    because: 'we call Slack',
  },
  {
    kind: 'slack',
    with: { ingress_mode: 'socket_mode' },
    because: 'with an app token',
    refused: 'socket_mode needs app_token',
  },
  {
    kind: 'slack',
    with: { ingress_mode: 'socket_mode', app_token: 'xoxb-1' },
    because: 'which a bot token is not',
    refused: 'app_token must be written as it was issued, beginning with "xapp-"',
  },
  {
    kind: 'slack',
    with: { ingress_mode: 'socket', app_token_env: 'A' },
    because: 'one mistake is reported once',
    refused: 'ingress_mode must be "events_api" or "socket_mode"',
  },
  {
    kind: 'slack',
    with: { include_self_output: true },
    because: 'answering takes a bot token',
    refused: 'include_self_output needs bot_token',
  },
  {
    kind: 'slack',
    with: { include_self_output: true, team_bot_tokens: [{ team_id: 'T1', bot_token_env: 'B' }] },
    because: 'one of a workspace will do',
  },
  {
    kind: 'slack',
    with: { team_bot_tokens: [{ team_id: 'T1' }] },
    because: 'a workspace without a token',
    refused: 'team_bot_tokens[0] needs one of bot_token_secret_ref, bot_token_env, bot_token',
  },
  {
    kind: 'slack',
    with: {
      team_bot_tokens: [
        { team_id: 'T1', bot_token_env: 'B' },
        { team_id: 'T1', bot_token_env: 'C' },
      ],
    },
    because: 'a workspace has one',
    refused: 'team_bot_tokens[1].team_id is listed twice',
  },
  {
    kind: 'slack',
    with: { team_bot_tokens: [{ team_id: 'T1', bot_token_secret_ref: 'connectors.http.x' }] },
    because: 'of its own kind',
    refused: 'team_bot_tokens[0].bot_token_secret_ref must start with',
  },
  { kind: 'slack', with: { api_base_url: 'http://127.0.0.1:9/api' }, because: 'a simulated Slack' },
  {
    kind: 'slack',
    with: { api_base_url: 'slack.com/api' },
    because: 'URLs are absolute',
    refused: 'api_base_url must be an absolute http or https URL',
  },
  {
    kind: 'slack',
    with: { api_base_url: 'https://u@slack.com/api' },
    because: 'without a user',
    refused: 'api_base_url must not hold a user name or password',
  },
  {
    kind: 'slack',
    with: { api_base_url: 'https://slack.com/api#x' },
    because: 'without a fragment',
    refused: 'api_base_url must not have a query or fragment',
  },
  {
    kind: 'slack',
    with: { api_base_url: 'https:\\\\slack.com' },
    because: 'without what a URL parser would repair',
    refused: 'api_base_url must be an absolute',
  },
]);
