import { ControlRefusedError } from '@trunkline/control-api';
import { isTable } from './draft.ts';

/** What a refusal says of single fields, by their dotted name. */
export function wrongIn(error: unknown): ReadonlyMap<string, string> {
  const problems = error instanceof ControlRefusedError ? error.problem['problems'] : undefined;
  if (!Array.isArray(problems)) return new Map();
  return new Map(
    problems.flatMap((each: unknown) => {
      if (!isTable(each) || typeof each['key'] !== 'string' || typeof each['message'] !== 'string') return [];
      return [[each['key'], each['message']] as const];
    }),
  );
}

/** Whether somebody else wrote since. */
export const isStale = (error: unknown): boolean =>
  error instanceof ControlRefusedError && error.problem.code === 'precondition_failed';
