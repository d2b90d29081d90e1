import { Box, Group, Text } from '@mantine/core';
import { useOperation } from '../../api/use-operation.ts';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

const shown = 8;

/** The first connectors that do not work, each with why. */
export function Troubled({ state, count }: { state: 'degraded' | 'unknown'; count: number }) {
  const call = { query: { state, limit: shown } };
  const { data } = useOperation('listConnectors', call, { everyMs: 5_000, enabled: count > 0 });
  const items = count > 0 ? (data?.body.items ?? []) : [];
  return (
    <>
      {items.map(({ kind, name, reason }) => (
        <Box key={`${kind}/${name}`}>
          <Group gap="xs" wrap="nowrap">
            <StateBadge state={state} />
            <PlaceLink to={paths.connector({ kind, name })}>
              {kind}/{name}
            </PlaceLink>
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        </Box>
      ))}
      {count > items.length && items.length > 0 && (
        <PlaceLink to={paths.connectors({ state })}>and {count - items.length} more</PlaceLink>
      )}
    </>
  );
}
