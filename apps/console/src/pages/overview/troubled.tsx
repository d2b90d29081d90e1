import { Anchor, Box, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useOperation } from '../../api/use-operation.ts';
import { paths } from '../../parts/paths.ts';
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
            <Anchor
              component={Link}
              href={paths.connector({ kind, name })}
              size="sm"
              style={{ overflowWrap: 'anywhere' }}
            >
              {kind}/{name}
            </Anchor>
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        </Box>
      ))}
      {count > items.length && items.length > 0 && (
        <Anchor component={Link} href={`/connectors?state=${state}`} size="sm">
          and {count - items.length} more
        </Anchor>
      )}
    </>
  );
}
