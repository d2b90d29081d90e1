/** What Telegram adds to some errors so that programs can react. */
export interface ErrorParameters {
  retry_after?: number;
  migrate_to_chat_id?: number;
}

/** An error answer of the Bot API. Methods throw it; the server turns it into Telegram's body, in one place. */
export class ApiError extends Error {
  readonly code: number;
  readonly parameters: ErrorParameters | undefined;

  constructor(code: number, description: string, parameters?: ErrorParameters) {
    super(description);
    this.name = 'ApiError';
    this.code = code;
    this.parameters = parameters;
  }
}

/** A 400 in Telegram's words: the prefix is added, the first letter goes down unless it belongs to a CODE. */
export function badRequest(description: string, parameters?: ErrorParameters): ApiError {
  const isCode = /^[A-Z][A-Z_]/.test(description);
  const words = isCode ? description : description.charAt(0).toLowerCase() + description.slice(1);
  return new ApiError(400, `Bad Request: ${words}`, parameters);
}

export const forbidden = (description: string) => new ApiError(403, `Forbidden: ${description}`);

export const tooManyRequests = (retryAfter: number) =>
  new ApiError(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
