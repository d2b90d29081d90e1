import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.ts';
import { problem } from './problem.ts';

class DiskFullError extends AppError {
  readonly code = 'DISK_FULL';
}

describe('problem', () => {
  it('takes type, title and status from the published table and keeps extension members beside them', () => {
    expect(problem('idempotency_conflict', { detail: 'Use a new id.', turn_id: 'trn_1' })).toEqual({
      type: 'urn:trunkline:problem:idempotency_conflict',
      title: 'Same id, different content',
      status: 409,
      code: 'idempotency_conflict',
      detail: 'Use a new id.',
      turn_id: 'trn_1',
    });
  });
});

describe('AppError', () => {
  it('bears the name of its class, the fix and what caused it', () => {
    const cause = new Error('ENOSPC');
    const error = new DiskFullError('The disk is full.', { fix: 'Make room.', cause });
    expect(error).toMatchObject({ name: 'DiskFullError', code: 'DISK_FULL', fix: 'Make room.', cause });
  });
});
