import type { GatewayAnswer } from './gateway-client.ts';

/** What can go wrong on purpose. Published: a code never changes its meaning once released. */
export type SidecarErrorCode =
  | 'ASSET_INVALID'
  | 'ASSET_UNAVAILABLE'
  | 'CONFIGURATION_INVALID'
  | 'CREDENTIAL_REFUSED'
  | 'CREDENTIAL_UNAVAILABLE'
  | 'DELIVERY_RETRYABLE'
  | 'DELIVERY_TERMINAL'
  | 'EVENT_INVALID'
  | 'GATEWAY_REFUSED'
  | 'QUEUE_FULL'
  | 'STOPPED';

/**
 * Every error that the SDK throws on purpose. Its message holds no secret and no text of a message.
 *
 * Thrown out of `deliver` it becomes the answer: its message the detail, `terminal` whether the gateway may try again.
 */
export class SidecarError extends Error {
  readonly code: SidecarErrorCode;
  readonly terminal: boolean;
  /** What the gateway answered, where it refused something: `GATEWAY_REFUSED`, `CREDENTIAL_REFUSED`. */
  readonly refusal: GatewayRefusal | undefined;

  constructor(code: SidecarErrorCode, message: string, options: SidecarErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'SidecarError';
    this.code = code;
    this.terminal = options.terminal ?? false;
    this.refusal = options.refusal;
  }
}

/** The error for what the gateway refused; `what` begins its message. */
export const gatewayRefused = (
  what: string,
  { status, code, reason }: Extract<GatewayAnswer, { outcome: 'refused' }>,
): SidecarError =>
  new SidecarError('GATEWAY_REFUSED', `${what} was refused: ${reason}`, { refusal: { status, problemCode: code } });

/** How the gateway refused a request: its HTTP status and, where its answer was a problem document, the code of the problem. */
export interface GatewayRefusal {
  status: number;
  problemCode: string | undefined;
}

interface SidecarErrorOptions {
  terminal?: boolean;
  cause?: unknown;
  refusal?: GatewayRefusal;
}

/** To throw from `deliver`: it did not work now, the gateway comes back. `detail` is shown to operators. */
export const retryable = (detail: string, cause?: unknown): SidecarError =>
  new SidecarError('DELIVERY_RETRYABLE', detail, { cause });

/** To throw from `deliver`: it will never work. The delivery becomes a dead letter with `detail`. */
export const terminal = (detail: string, cause?: unknown): SidecarError =>
  new SidecarError('DELIVERY_TERMINAL', detail, { terminal: true, cause });
