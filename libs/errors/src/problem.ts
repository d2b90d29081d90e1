import { problemCodes, type ProblemCode } from './problem-codes.ts';

/** An RFC 9457 problem document. Extension members (original ids, for example) stand beside the standard ones. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance?: string;
  [extension: string]: unknown;
}

/** The media type of a `Problem` on the wire (RFC 9457, section 3). */
export const problemMediaType = 'application/problem+json';

/** Builds the answer for a code. `detail` names the remedy and never holds a secret or the payload. */
export function problem(
  code: ProblemCode,
  parts: { detail: string; instance?: string; [extension: string]: unknown },
): Problem {
  const { status, title } = problemCodes[code];
  return { type: `urn:trunkline:problem:${code}`, title, status, code, ...parts };
}
