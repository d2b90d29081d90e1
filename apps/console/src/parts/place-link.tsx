import { Anchor, type AnchorProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { paths } from './paths.ts';

/** A link to another place of the console; a long name breaks where it must. Within a sentence it is underlined: `underline="always"`. */
export function PlaceLink({
  to,
  children,
  label,
  size = 'sm',
  ...look
}: { to: string; children: ReactNode; label?: string } & Pick<
  AnchorProps,
  'size' | 'fw' | 'c' | 'inherit' | 'underline'
>) {
  return (
    <Anchor component={Link} href={to} aria-label={label} size={size} {...look} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Anchor>
  );
}

/** A connector by its name. Operators say things through one that is none. */
export function ConnectorLink({ connector: { kind, name } }: { connector: { kind: string; name: string } }) {
  if (name === '_') return 'operator input';
  return (
    <PlaceLink to={paths.connector({ kind, name })}>
      {kind}/{name}
    </PlaceLink>
  );
}
