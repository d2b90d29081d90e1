import { expect, it } from 'vitest';
import { connectorsToml } from './connectors-toml.ts';
import { parseConnectorsFile } from './parse-connectors-file.ts';

const file = `
[[external_connectors]]
name = "discord-main"
platform = "discord"
mode = "child_process"
base_url = "http://127.0.0.1:8787"
shared_token_secret_ref = "connectors.external.discord-main.shared_token"

[external_connectors.session_policy]
credential_scope.route_allow = ["openai"]

[external_connectors.child_process]
command = "python3"

[[http_connectors]]
name = "hook"
bearer_token = "plain-secret"

[[slack_connectors]]
name = "team"
bot_token = "xoxb-plain-secret"
app_token = "xapp-plain-secret"
ingress_mode = "socket_mode"

[[telegram_connectors]]
name = "bot"
secret_token = "plain-secret"
`;

const parse = (toml: string) => {
  const parsed = parseConnectorsFile(toml, 'connectors.toml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connectors;
};

it('says the same as the file it came from, defaults written out, and no inline secret', () => {
  const printed = connectorsToml(parse(file));
  expect(printed).not.toContain('plain-secret');
  expect(printed).toContain('on_unknown');
  expect(parse(printed)).toEqual(parse(file.replaceAll(/"[^"]*plain-secret"/g, '"[secret]"')));
});

it('keeps inline secrets for the process that uses them', () => {
  expect(parse(connectorsToml(parse(file), { secrets: 'kept' }))).toEqual(parse(file));
});
