import type { Json } from './json.ts';

/** Why an attempt failed, in the words of `x-slack-retry-reason`. */
export type FailureReason = 'http_timeout' | 'http_error' | 'connection_failed' | 'too_many_redirects' | 'ssl_error';

/** One try to hand a delivery over. Times in ms of the fake's clock. */
export interface Attempt {
  at: number;
  via: 'http' | 'socket';
  /** 0 for the first. */
  retryNum: number;
  retryReason?: FailureReason;
  /** Headers of the request, over HTTP. */
  headers: Record<string, string>;
  /** Number of the Socket Mode connection. */
  socket?: number;
  status?: number;
  /** Body of the answer, or the payload of the acknowledgement. */
  body?: string;
  failed?: FailureReason;
  /** The answer that came after Slack had given up on this attempt. */
  late?: { status: number; body: string; at: number };
}

/** An event, command or interaction on its way to one app. */
export interface EventDelivery {
  readonly kind: 'events_api' | 'slash_commands' | 'interactive';
  readonly app: string;
  readonly payload: Json;
  /** The same in all attempts; undefined for commands and interactions. */
  readonly event_id: string | undefined;
  readonly attempts: Attempt[];
  state: 'pending' | 'delivered' | 'failed';
  /** Resolves, never rejects, when it was taken or given up. */
  readonly settled: Promise<EventDelivery>;
}
