import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** A link to another place of the console; a long name breaks where it must. */
export function PlaceLink({ to, children, label }: { to: string; children: ReactNode; label?: string }) {
  return (
    <Anchor component={Link} href={to} size="sm" aria-label={label} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Anchor>
  );
}
