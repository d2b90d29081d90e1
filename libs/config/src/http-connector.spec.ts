import { describeRules } from './testing/connector-rules.ts';

describeRules([
  {
    kind: 'http',
    with: { bearer_token_env: undefined, signing_secret_env: 'S' },
    because: 'a signature is authentication',
  },
  {
    kind: 'http',
    with: { bearer_token_env: undefined },
    because: 'open ingress must be wanted',
    refused: 'needs bearer_token or signing_secret, or allow_unauthenticated_ingress = true',
  },
  { kind: 'http', with: { bearer_token_env: undefined, allow_unauthenticated_ingress: true }, because: 'and may be' },
  {
    kind: 'http',
    with: { bearer_token_env: undefined, egress_signing_secret_env: 'S' },
    because: 'signing what we send authenticates nobody',
    refused: 'needs bearer_token',
  },
  {
    kind: 'http',
    with: { signature_scheme: 'github' },
    because: 'a scheme without a secret verifies nothing',
    refused: 'signature_scheme needs signing_secret',
  },
  { kind: 'http', with: { signing_secret: 'old new' }, because: 'several signing secrets while one is changed' },
  {
    kind: 'http',
    with: { egress_signing_secret: 'old new' },
    because: 'one secret to sign with',
    refused: 'egress_signing_secret must be written without whitespace',
  },
  {
    kind: 'http',
    with: { bearer_token: '' },
    because: 'a blank secret degrades when it is resolved, it is no shape error',
  },
  {
    kind: 'http',
    with: { bearer_token_env: 'A-B' },
    because: 'variables have plain names',
    refused: 'bearer_token_env must be the name of an environment variable',
  },
  {
    kind: 'http',
    with: { bearer_token_secret_ref: 'connectors.http.b.bearer_token' },
    because: 'references of the own kind',
  },
  { kind: 'http', with: { bearer_token_secret_ref: 'shared.token' }, because: 'shared references' },
  {
    kind: 'http',
    with: { bearer_token_secret_ref: 'connectors.slack.a.bot_token' },
    because: 'no others',
    refused: 'bearer_token_secret_ref must start with "connectors.http." or "shared."',
  },
  {
    kind: 'http',
    with: { bearer_token_secret_ref: 'connectors.http.' },
    because: 'a prefix names nothing',
    refused: 'bearer_token_secret_ref must start',
  },
  {
    kind: 'http',
    with: { payload_format: 'raw', mapping: { content: '{{ body.text }}', binding_keys: ['b', 'a'] } },
    because: 'raw payloads are mapped',
  },
  {
    kind: 'http',
    with: { mapping: { content: 'x' } },
    because: 'native payloads are not',
    refused: 'mapping needs payload_format = "raw"',
  },
  {
    kind: 'http',
    with: { payload_format: 'raw', mapping: { contents: 'x' } },
    because: 'mappings are strict',
    refused: 'unknown key "contents" in mapping',
  },
  {
    kind: 'http',
    with: { payload_format: 'raw', mapping: { binding_keys: 'a' } },
    because: 'binding keys are a list',
    refused: 'mapping.binding_keys must be a list',
  },
  { kind: 'http', with: { wait_ms: 0 }, because: 'not waiting is possible' },
  {
    kind: 'http',
    with: { wait_ms: 30_001 },
    because: 'waiting has an end',
    refused: 'wait_ms must be a whole number from 0 to 30000',
  },
  {
    kind: 'http',
    with: { signature_max_age_seconds: 0 },
    because: 'no age would refuse everything',
    refused: 'signature_max_age_seconds must be',
  },
  {
    kind: 'http',
    with: { default_reply_targets: [{ plugin: 'slack', address: '{"connector":"a","channel_id":"C"}' }] },
    because: 'raw targets',
  },
  {
    kind: 'http',
    with: { default_reply_targets: [{ plugin: 'slack', address: 'C' }] },
    because: 'a raw address is a document',
    refused: 'default_reply_targets[0] is refused',
  },
  {
    kind: 'http',
    with: { default_reply_targets: [{ type: 'http', url: 'https://a.example', headers: { 'X-Api-Key': 'k' } }] },
    because: 'headers carry no secrets',
    refused: 'default_reply_targets[0].headers',
  },
  {
    kind: 'http',
    with: { default_reply_targets: [{ type: 'slak' }] },
    because: 'types are known',
    refused: 'default_reply_targets[0].type must be',
  },
  {
    kind: 'http',
    with: { default_reply_targets: [{ type: 'telegram', connector: 'a', chat_id: true }] },
    because: 'chat ids are text or numbers',
    refused: 'default_reply_targets[0].chat_id must be a string in quotes or a number',
  },
]);
