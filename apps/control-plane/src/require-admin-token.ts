import { AppError } from '@trunkline/errors';
import type { Secret } from '@trunkline/secrets';
import { isLoopback } from './is-loopback.ts';
import { tokenState } from './tokens/token-record.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** The API would be open to a network with nobody who could close it. */
export class AdminTokenMissingError extends AppError {
  readonly code = 'ADMIN_TOKEN_MISSING';

  constructor(host: string) {
    super(`The control plane would listen at ${host} without any admin token.`, {
      fix: 'Give it one: --admin-token-file or TRUNKLINE_ADMIN_TOKEN_FILE names a file with at least 20 characters that nobody can guess.',
    });
  }
}

/** Throws AdminTokenMissingError where others than this machine can reach the API and no admin token is known. */
export function requireAdminToken(at: {
  host: string;
  adminToken: Secret | undefined;
  tokens: Pick<TokenStore, 'list'>;
  now: () => number;
}): void {
  const { host, adminToken, tokens, now } = at;
  if (adminToken !== undefined || isLoopback(host)) return;
  const hasAdmin = tokens.list().some((record) => record.role === 'admin' && tokenState(record, now()) === 'valid');
  if (!hasAdmin) throw new AdminTokenMissingError(host);
}
