import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** Addresses of what other pages point at, below the console's base. */
export const addressOf = {
  session: (sessionId: string) => `/sessions/${encodeURIComponent(sessionId)}`,
  delivery: (deliveryId: string) => `/deliveries/${encodeURIComponent(deliveryId)}`,
  event: ({ connector, event_id }: { connector: { kind: string; name: string }; event_id: string }) =>
    `/deliveries/events/${connector.kind}/${connector.name}/${encodeURIComponent(event_id)}`,
};

/** A link to another place of the console; a long name breaks where it must. */
export function PlaceLink({ to, children, label }: { to: string; children: ReactNode; label?: string }) {
  return (
    <Anchor component={Link} href={to} size="sm" aria-label={label} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Anchor>
  );
}
