/** What one metric is: its kind, its unit, its labels and a sentence for whoever reads the dashboard. */
interface Instrument {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: 'count' | 'seconds' | 'bytes';
  readonly labels: readonly string[];
  readonly description: string;
}

/**
 * Every metric of the system, without its prefix `trunkline_`. Nothing else makes a metric.
 *
 * A label takes names that an operator chose (connector) or words from a fixed list (outcome, reason); never the id of a
 * person, a conversation, a session or a message. Dashboards and alert rules are tested against this table.
 */
export const instruments = {
  auth_failures_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector'],
    description: 'Requests refused because their token or signature was missing or wrong.',
  },
  backlog_age_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    labels: ['kind', 'connector'],
    description: 'Age of the oldest delivery that is not settled.',
  },
  breakers_open: {
    kind: 'gauge',
    unit: 'count',
    labels: ['kind'],
    description: 'Targets whose circuit breaker is open.',
  },
  build_info: {
    kind: 'gauge',
    unit: 'count',
    labels: ['service', 'version', 'node'],
    description: 'Always 1: the labels say what is running.',
  },
  bus_connected: {
    kind: 'gauge',
    unit: 'count',
    labels: [],
    description: '1 while the connection to NATS is up, else 0.',
  },
  bus_reconnects_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    description: 'Times the connection to NATS came back after a loss.',
  },
  config_reloads_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['outcome'],
    description: 'Edits of the connector file and of runtime connectors that were applied or refused.',
  },
  connectors: {
    kind: 'gauge',
    unit: 'count',
    labels: ['kind', 'state'],
    description: 'Connectors that are ready, degraded or disabled.',
  },
  dead_letters_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector', 'reason'],
    description: 'Events, outputs and deliveries that will not be tried again by themselves.',
  },
  delivery_attempts_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector', 'outcome'],
    description: 'Calls made to a platform to deliver an output.',
  },
  delivery_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: ['kind', 'outcome'],
    description: 'From the output being routed to its delivery being settled.',
  },
  deliveries_parked: {
    kind: 'gauge',
    unit: 'count',
    labels: ['kind', 'connector'],
    description: 'Deliveries that wait for their connector to be enabled or repaired.',
  },
  deliveries_settled_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector', 'state'],
    description: 'Deliveries that reached a final state.',
  },
  event_loop_delay_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    labels: ['quantile'],
    description: 'How late timers ran since the previous reading.',
  },
  ingress_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: ['kind', 'outcome'],
    description: "From a platform's request being received to its answer.",
  },
  ingress_events_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector', 'outcome'],
    description: 'What came in, by what became of it.',
  },
  lanes_owned: {
    kind: 'gauge',
    unit: 'count',
    labels: ['work'],
    description: 'Lanes that this process holds, of the 64 of each kind of work.',
  },
  leases_owned: {
    kind: 'gauge',
    unit: 'count',
    labels: ['kind', 'connector'],
    description: '1 where this process is the single owner of a poller, socket or sidecar.',
  },
  outputs_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['outcome'],
    description: 'Outputs that the router read, by what became of them.',
  },
  platform_call_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: ['kind', 'outcome'],
    description: 'One call to a platform.',
  },
  process_resident_memory_bytes: {
    kind: 'gauge',
    unit: 'bytes',
    labels: [],
    description: 'Resident memory of the process.',
  },
  process_start_time_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    labels: [],
    description: 'When the process started, in seconds since 1970.',
  },
  routing_lag_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: [],
    description: 'From an event being stored to its turn or skip being appended.',
  },
  sessions_idle_ended_total: {
    kind: 'counter',
    unit: 'count',
    labels: [],
    description: 'Sessions that ended because nothing had happened in them for long.',
  },
  sidecar_up: {
    kind: 'gauge',
    unit: 'count',
    labels: ['connector'],
    description: '1 while the sidecar of the connector answers its health check, else 0.',
  },
  skips_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector', 'reason'],
    description: 'Events that became no turn.',
  },
  store_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: ['kind', 'outcome'],
    description: 'Storing one event on the bus, acknowledgement included.',
  },
  turns_total: {
    kind: 'counter',
    unit: 'count',
    labels: ['kind', 'connector'],
    description: 'Events that became a turn.',
  },
} as const satisfies Record<string, Instrument>;

/** Prefix of every metric name in the exposition. */
export const metricPrefix = 'trunkline_';

/** Upper bounds in seconds: from a fraction of a store to a delivery that waited out a retry. */
export const secondsBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
] as const;

type Table = typeof instruments;

/** Name of an instrument in the table. */
export type InstrumentName = keyof Table;

/** Names of the instruments of one kind. */
export type NameOf<K extends Instrument['kind']> = {
  [N in InstrumentName]: Table[N]['kind'] extends K ? N : never;
}[InstrumentName];

/** The labels that an instrument takes: all of them, no other. */
export type LabelsOf<N extends InstrumentName> = { readonly [L in Table[N]['labels'][number]]: string };
