import { Text } from '@mantine/core';
import type { AuditRecord } from '@trunkline/control-api';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';

/** What was changed, as a link where the console has a page for it. */
export function Target({ target }: Pick<AuditRecord, 'target'>) {
  const text = Object.values(target).join(' / ') || '–';
  const href = pathOf(target);
  if (href === undefined) return <Text size="sm">{text}</Text>;
  return <PlaceLink to={href}>{text}</PlaceLink>;
}

function pathOf({ kind, name, session_id, delivery_id, event_id }: AuditRecord['target']): string | undefined {
  if (delivery_id !== undefined) return paths.delivery(delivery_id);
  if (session_id !== undefined) return paths.session(session_id);
  if (kind === undefined || name === undefined) return undefined;
  return event_id === undefined
    ? paths.connector({ kind, name })
    : paths.explained({ connector: { kind, name }, event_id });
}
