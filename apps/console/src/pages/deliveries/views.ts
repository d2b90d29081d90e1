import { deliveryStates, type DeliverySummary, type OperationId } from '@trunkline/control-api';

type DeliveryState = DeliverySummary['state'];

interface AnyView {
  path: string;
  label: string;
  title: string;
  about: string;
}

/** A list of deliveries: those of some states, where the address names no others. */
export interface DeliveriesView extends AnyView {
  states: readonly DeliveryState[];
  /** What somebody has resolved is left out, unless asked for. */
  unresolvedOnly: boolean;
  empty: string;
}

export type View = DeliveriesView | AnyView;

/** The states from which a delivery does not go on by itself, and that a person should look at. */
export const deadStates = ['dead', 'expired', 'unknown'] as const;

/** What reads old data once something was done to a delivery. */
export const deliveryReads: readonly OperationId[] = ['getDelivery', 'listDeliveries', 'listOutputs'];

/** The tabs of the page. */
export const views: readonly View[] = [
  {
    path: '/deliveries',
    label: 'All',
    title: 'Deliveries',
    about: 'What goes out: under way, or settled in the last 48 hours. Newest first.',
    states: deliveryStates,
    unresolvedOnly: false,
    empty: 'No delivery fits these filters. One is made for each target of each answer.',
  },
  {
    path: '/deliveries/under-way',
    label: 'Under way',
    title: 'Deliveries under way',
    about: 'They go on by themselves. Parked ones wait for their connector: missing, disabled or degraded.',
    states: ['pending', 'delivering', 'parked'],
    unresolvedOnly: false,
    empty: 'Nothing waits: everything that was said has been settled.',
  },
  {
    path: '/deliveries/dead-letters',
    label: 'Dead letters',
    title: 'Dead letters',
    about:
      'They did not arrive, or nobody can tell. Replay them once the cause is mended, correct them, or resolve them.',
    states: deadStates,
    unresolvedOnly: true,
    empty: 'No dead letters: whatever was refused has been dealt with.',
  },
  {
    path: '/deliveries/events',
    label: 'Events',
    title: 'Events',
    about: 'What came in, in the last 30 days. Rejected and dead ones can be replayed.',
  },
];
