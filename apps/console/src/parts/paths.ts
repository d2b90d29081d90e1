interface ConnectorName {
  kind: string;
  name: string;
}

interface EventName {
  connector: ConnectorName;
  event_id: string;
}

/** Where the console shows a thing: addresses for links. A connector stands in a query as everywhere: `kind` and `name`. */
export const paths = {
  playground: '/playground',
  connectors: (filters: Readonly<Record<string, string>>) => `/connectors?${new URLSearchParams(filters)}`,
  deliveries: (filters: Readonly<Record<string, string>>) => `/deliveries?${new URLSearchParams(filters)}`,
  connector: ({ kind, name }: ConnectorName) => `/connectors/${kind}/${encodeURIComponent(name)}`,
  editConnector: ({ kind, name }: ConnectorName) => `/connectors/${kind}/${encodeURIComponent(name)}/edit`,
  session: (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`,
  delivery: (deliveryId: string) => `/deliveries/${encodeURIComponent(deliveryId)}`,
  event: ({ connector: { kind, name }, event_id }: EventName) =>
    `/deliveries/events/${kind}/${encodeURIComponent(name)}/${encodeURIComponent(event_id)}`,
  /** What came of an event, step by step. */
  explained: ({ connector: { kind, name }, event_id }: EventName) =>
    `/explain?${new URLSearchParams({ kind, name, event: event_id })}`,
  /** The form in which a request is explained. */
  explainRequest: ({ kind, name }: ConnectorName) => `/explain?${new URLSearchParams({ of: 'request', kind, name })}`,
} as const;
