import type { ParamsOf, ReceivedOf, routes } from '@trunkline/control-api';

/** How the API names an event. */
export type EventRef = ParamsOf<(typeof routes)['getEvent']>;

/** An event with all that came of it. */
export type FoundEvent = ReceivedOf<(typeof routes)['getEvent']>;
