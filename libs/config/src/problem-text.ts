import type { ConnectorProblem } from './config-problem.ts';
import type { Finding } from './define-kind.ts';

/** Makes a sentence that stands alone from a finding: which key, what about it. */
export function problemOf({ path, message, suggestion }: Finding, connector?: string): ConnectorProblem {
  const key = keyText(path);
  return {
    ...(connector !== undefined && { connector }),
    ...(key !== '' && { key }),
    message: sentence({ path, message }),
    ...(suggestion !== undefined && { suggestion }),
  };
}

function sentence({ path, message }: Finding): string {
  if (!message.startsWith('unknown key')) return [keyText(path), message].join(' ').trim();
  const parent = keyText(path.slice(0, -1));
  return parent === '' ? message : `${message} in ${parent}`;
}

/** A path as TOML would write it, with positions: `team_bot_tokens[1].team_id`. */
export function keyText(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${quoted(String(part))}`));
  return parts.join('').replace(/^\./, '');
}

const quoted = (part: string) => (/^[A-Za-z0-9_-]{1,100}$/.test(part) ? part : JSON.stringify(part.slice(0, 100)));
