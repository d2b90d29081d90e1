import type { EventDelivery } from './delivery.ts';
import type { Json } from './json.ts';

/** Something that happened in a channel, to be told to all apps that see it. */
export interface Happening {
  channel: string;
  /** The inner event; `event_ts` included. */
  event: Json;
  /** Workspace of whoever did it. */
  team: string;
  /** Only this app is told. */
  app?: string;
}

/** Delivers an event to the apps that see its channel, one delivery for each installation. */
export type Announce = (happening: Happening) => EventDelivery[];
