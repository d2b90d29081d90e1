import { ControlRefusedError } from '@trunkline/control-api';

/** For `rejects.toSatisfy`: the control plane refused with this code. */
export const refused = (code: string) => (error: unknown) =>
  error instanceof ControlRefusedError && error.problem.code === code;
