import { describeRules } from './testing/connector-rules.ts';

describeRules([
  {
    kind: 'telegram',
    with: { secret_token_env: undefined },
    because: 'Telegram calls us',
    refused: 'webhook needs secret_token, or allow_unauthenticated_ingress = true',
  },
  {
    kind: 'telegram',
    with: { secret_token_env: undefined, allow_unauthenticated_ingress: true },
    because: 'openly, if wanted',
  },
  {
    kind: 'telegram',
    with: { secret_token_env: undefined, ingress_mode: 'polling', bot_token_env: 'B' },
    because: 'we call Telegram',
  },
  {
    kind: 'telegram',
    with: { ingress_mode: 'polling' },
    because: 'with a bot token',
    refused: 'polling needs bot_token',
  },
  {
    kind: 'telegram',
    with: { include_self_output: true },
    because: 'answering takes a bot token',
    refused: 'include_self_output needs bot_token',
  },
  { kind: 'telegram', with: { include_self_output: false }, because: 'not answering takes none' },
  {
    kind: 'telegram',
    with: { public_url: 'https://a.example', bot_token_env: 'B' },
    because: 'we register the webhook',
  },
  {
    kind: 'telegram',
    with: { public_url: 'https://a.example' },
    because: 'which takes a bot token',
    refused: 'public_url needs bot_token',
  },
  {
    kind: 'telegram',
    with: { public_url: 'http://a.example', bot_token_env: 'B' },
    because: 'Telegram calls https only',
    refused: 'public_url must be an https URL',
  },
  { kind: 'telegram', with: { polling_timeout_seconds: 50 }, because: 'the longest question' },
  {
    kind: 'telegram',
    with: { polling_timeout_seconds: 51 },
    because: 'and longer',
    refused: 'polling_timeout_seconds must be a whole number from 1 to 50',
  },
  {
    kind: 'telegram',
    with: { allowed_chat_ids: ['-100'] },
    because: 'chat ids are numbers',
    refused: 'allowed_chat_ids[0] must be a whole number',
  },
]);
