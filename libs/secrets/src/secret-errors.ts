import { AppError } from '@trunkline/errors';

/** The master key cannot be read. Its message names the entry by position, never by content. */
export class KeyringInvalidError extends AppError {
  readonly code = 'KEYRING_INVALID';
}

/** The keyring was made for another process: it holds no key for this purpose. */
export class KeyringScopeError extends AppError {
  readonly code = 'KEYRING_SCOPE';

  constructor(purpose: string) {
    super(`The keyring holds no key for "${purpose}".`, {
      fix: 'Start this process with the master key, or with a keyring that was derived for this purpose.',
    });
  }
}

/** The keyring has a key of an id that this installation uses for another key. */
export class KeyringWrongError extends AppError {
  readonly code = 'KEYRING_WRONG';

  constructor(why: string) {
    super(`The master key is not the one of this installation: ${why}.`, {
      fix: 'Start with the keyring that the other processes have. A new key needs a new id, and stands before the old one.',
    });
  }
}

/** A reference or a value that cannot be stored. */
export class SecretInvalidError extends AppError {
  readonly code = 'SECRET_INVALID';
}

/** A stored secret does not decrypt: changed, moved to another name, or sealed with a key that is not in the keyring. */
export class SecretUnreadableError extends AppError {
  readonly code = 'SECRET_UNREADABLE';

  constructor(reference: string, parts: { reason: string; fix: string; cause?: unknown }) {
    super(`Secret "${reference}" cannot be decrypted: ${parts.reason}.`, { fix: parts.fix, cause: parts.cause });
  }
}

/** Others kept writing the same secret. */
export class SecretBusyError extends AppError {
  readonly code = 'SECRET_BUSY';

  constructor(reference: string) {
    super(`Secret "${reference}" was being changed by others the whole time; nothing was written.`, {
      fix: 'Try again.',
    });
  }
}
