export { AppError, type AppErrorOptions } from './app-error.ts';
export { problem, problemMediaType, type Problem } from './problem.ts';
export { problemCodes, type ProblemCode } from './problem-codes.ts';
