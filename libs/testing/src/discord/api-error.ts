const texts = {
  10003: [404, 'Unknown Channel'],
  10008: [404, 'Unknown Message'],
  10062: [404, 'Unknown interaction'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50013: [403, 'Missing Permissions'],
  50035: [400, 'Invalid Form Body'],
  50083: [400, 'Thread is archived'],
  160005: [403, 'Thread is locked'],
} as const;

/** Codes of Discord's documented JSON errors that the fake knows by itself. */
export type DiscordErrorCode = keyof typeof texts;

/** What Discord refuses; `errors` says which field of a form, and why. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: unknown;

  constructor({ status, code, message, errors }: { status: number; code: number; message: string; errors?: unknown }) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The documented error of a code. */
export function refusal(code: DiscordErrorCode): ApiError {
  const [status, message] = texts[code];
  return new ApiError({ status, code, message });
}

/** 50035 for one field: `formError('content', 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.')`. */
export function formError(field: string, code: string, message: string): ApiError {
  const errors = field.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), {
    _errors: [{ code, message }],
  });
  return new ApiError({ status: 400, code: 50035, message: 'Invalid Form Body', errors });
}
