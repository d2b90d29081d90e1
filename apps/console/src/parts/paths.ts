interface ConnectorName {
  kind: string;
  name: string;
}

/** Where the console shows a thing: addresses for links. */
export const paths = {
  connector: ({ kind, name }: ConnectorName) => `/connectors/${kind}/${encodeURIComponent(name)}`,
  session: (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`,
  delivery: (deliveryId: string) => `/deliveries/${encodeURIComponent(deliveryId)}`,
  event: ({ connector: { kind, name }, event_id }: { connector: ConnectorName; event_id: string }) =>
    `/deliveries/events/${kind}/${encodeURIComponent(name)}/${encodeURIComponent(event_id)}`,
  /** What came of an event, step by step. */
  explained: ({ connector: { kind, name }, event_id }: { connector: ConnectorName; event_id: string }) =>
    `/explain?${new URLSearchParams({ event: `${kind}/${name}/${event_id}` })}`,
} as const;
