import { sha256Hex } from '@trunkline/events';
import type { SlackPayload } from './slack-payload.ts';

/** A payload that may become an event. */
export type Readable = Extract<SlackPayload, { kind: 'event' | 'command' | 'interaction' }>;

/** Names one delivery, in the ledger and the log; for all but messages and views it is the id of the event too. */
export function deliveryId({ kind, body }: Readable): string {
  switch (kind) {
    case 'event':
      return appScoped(body.api_app_id, body.event_id);
    case 'command':
      return appScoped(body.api_app_id, body.trigger_id ?? digest(body));
    case 'interaction':
      return appScoped(body.api_app_id, body.user.id, body.action_ts ?? body.trigger_id ?? digest(body));
  }
}

/** Slack gives one event id to several apps, so that each id of ours begins with the app. */
export const appScoped = (app: string | undefined, ...parts: string[]) => [app ?? '-', ...parts].join(':');

/** The identity of what brings no id of its own: all that it says. */
export const digest = (value: unknown) => sha256Hex(JSON.stringify(value)).slice(0, 32);
