/**
 * The connectors that a fresh development installation starts with: one webhook that anybody on this machine may call, whose
 * answers come back to the terminal.
 */
export function starterConnectors(terminalUrl: string): string {
  return `# Connectors of this development installation; edits are applied while it runs.
# Every field: docs/configuration.md. Check the file with: npm run trunkline -- config check .trunkline/connectors.toml

[[http_connectors]]
name = "demo"
# For trying things out on this machine. Give real connectors a bearer_token or a signing_secret instead.
allow_unauthenticated_ingress = true
# All its events share one conversation, and so one session.
default_binding_keys = ["demo"]
# Answers go to the terminal that runs \`npm start\`.
allow_private_network = true

[[http_connectors.default_reply_targets]]
type = "http"
url = "${terminalUrl}"
`;
}
