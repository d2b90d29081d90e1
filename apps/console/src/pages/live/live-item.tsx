import { Group } from '@mantine/core';
import type { FeedItem } from '@trunkline/control-api';
import { JsonDrawer } from '../../parts/json-drawer.tsx';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { at, word } from '../../parts/read-at.ts';

/** All of what the feed told, with the ways to what it is about. */
export function LiveItem({ item, onClose }: { item: FeedItem | undefined; onClose: () => void }) {
  const links = item ? linksOf(item) : [];
  return (
    <JsonDrawer title={item ? `${item.what}, as the feed has it` : ''} value={item} onClose={onClose}>
      {links.length > 0 && (
        <Group gap="md">
          {links.map(({ label, href }) => (
            <PlaceLink key={href} to={href}>
              {label}
            </PlaceLink>
          ))}
        </Group>
      )}
    </JsonDrawer>
  );
}

function linksOf({ data, connector, session_id }: FeedItem): { label: string; href: string }[] {
  const eventId =
    word(at(data, 'event', 'id')) ||
    word(at(data, 'event_id')) ||
    (at(data, 'specversion') ? word(at(data, 'id')) : '');
  const deliveryId = word(at(data, 'delivery_id'));
  return [
    ...(connector && eventId
      ? [{ label: 'What came of the event', href: paths.explained({ connector, event_id: eventId }) }]
      : []),
    ...(deliveryId ? [{ label: 'Delivery', href: paths.delivery(deliveryId) }] : []),
    ...(session_id === undefined ? [] : [{ label: 'Session', href: paths.session(session_id) }]),
    ...(connector ? [{ label: 'Connector', href: paths.connector(connector) }] : []),
  ];
}
