import { AppError } from '@trunkline/errors';

/** Written by a newer version: not ours to judge, so it waits for a router that understands it. */
export class OutputVersionUnknownError extends AppError {
  readonly code = 'OUTPUT_VERSION_UNKNOWN';

  constructor(subject: string, seq: number) {
    super(`The output at ${subject}, sequence ${seq}, is of a newer major version.`, {
      fix: 'Update this router; the output and those of its session behind it wait meanwhile.',
    });
  }
}

/** The bus says both that a record exists and that it does not: a replica that lags. Routing the output again clears it up. */
export class OutputRecordUnclearError extends AppError {
  readonly code = 'OUTPUT_RECORD_UNCLEAR';

  constructor(key: string) {
    super(`The record ${key} can neither be made nor read.`, {
      fix: 'Nothing, unless it stays: then look at the replicas of the bucket.',
    });
  }
}
