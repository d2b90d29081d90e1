/** Where the console shows a thing: addresses for links. */
export const paths = {
  connector: ({ kind, name }: { kind: string; name: string }) => `/connectors/${kind}/${encodeURIComponent(name)}`,
  session: (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`,
  delivery: (deliveryId: string) => `/deliveries/${encodeURIComponent(deliveryId)}`,
  event: ({ kind, name, eventId }: { kind: string; name: string; eventId: string }) =>
    `/explain?${new URLSearchParams({ event: `${kind}/${name}/${eventId}` })}`,
} as const;
