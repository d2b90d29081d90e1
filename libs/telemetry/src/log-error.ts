const deepest = 5;

/**
 * What a log shows of an error: type, message, code, fix, stack and causes. Nothing else: the errors of vendors carry whole
 * requests, with the token in a header.
 */
export function logError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null ? '[object]' : error;
  const { name, message, stack, cause } = error;
  const more = error instanceof AggregateError ? { errors: error.errors.slice(0, deepest) } : { errors: [] };
  return {
    type: name,
    message,
    ...textOf('code', error),
    ...textOf('fix', error),
    stack,
    ...(cause === undefined || depth >= deepest ? {} : { cause: logError(cause, depth + 1) }),
    ...(more.errors.length === 0 || depth >= deepest
      ? {}
      : { errors: more.errors.map((each: unknown) => logError(each, depth + 1)) }),
  };
}

function textOf(name: 'code' | 'fix', error: Error): Record<string, string | number> {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? { [name]: value } : {};
}
