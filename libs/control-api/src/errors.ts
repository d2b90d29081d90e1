import { AppError, type Problem } from '@trunkline/errors';

/** The control plane said no. `problem` tells why and what to do. */
export class ControlRefusedError extends AppError {
  readonly code = 'CONTROL_REFUSED';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** Nobody answers at the control plane's address, or something that is not a control plane. */
export class ControlUnreachableError extends AppError {
  readonly code = 'CONTROL_UNREACHABLE';

  constructor(url: string, options: ErrorOptions = {}) {
    super(`No control plane answers at ${url}.`, {
      ...options,
      fix: 'Start one with `npm start`, or say where it is: --api-url or TRUNKLINE_API_URL.',
    });
  }
}
