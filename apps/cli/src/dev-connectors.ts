import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Where the connectors file says that answers go to the terminal: the place that the last `dev` had, if there was one. */
export function writtenRepliesUrl(file: string): string | undefined {
  return existsSync(file) ? /"(http:\/\/127\.0\.0\.1:\d+\/)"/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

/** The port of a URL, where there is one. */
export function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port);
}

/** Writes the starter file once; later only the terminal's address in it is kept true, when its port had to change. */
export function writeStarterConnectors(file: string, terminalUrl: string): void {
  const written = writtenRepliesUrl(file);
  if (!existsSync(file)) return writeFileSync(file, starterConnectors(terminalUrl));
  if (written === undefined || written === terminalUrl) return;
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`"${written}"`, `"${terminalUrl}"`));
}

/**
 * The connectors that a fresh development installation starts with: one webhook that anybody on this machine may call, whose
 * answers come back to the terminal.
 */
function starterConnectors(terminalUrl: string): string {
  return `# Connectors of this development installation; edits are applied while it runs.
# Every field: docs/configuration.md. Check the file with: npm run trunkline -- config check .trunkline/connectors.toml

[[http_connectors]]
name = "demo"
# For trying things out on this machine. Give real connectors a bearer_token or a signing_secret instead.
allow_unauthenticated_ingress = true
# All its events share one conversation, and so one session.
default_binding_keys = ["demo"]
# Answers go to the terminal that runs \`npm start\`, which keeps the port below true.
allow_private_network = true

[[http_connectors.default_reply_targets]]
type = "http"
url = "${terminalUrl}"
`;
}
