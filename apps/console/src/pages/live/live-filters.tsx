import { Chip, Group, Stack, Text } from '@mantine/core';
import { feedKinds } from '@trunkline/control-api';
import type { FeedQuery } from '../../api/use-feed.ts';
import { ConnectorFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { connectorOf, useAddress } from '../../parts/use-address.ts';

/** What the address says is to be shown, as the API takes it. */
export function useLiveQuery(): FeedQuery {
  const address = useAddress();
  const what = address.manyOf('what', feedKinds);
  return { ...(what.length > 0 && { what }), ...connectorOf(address), session_id: address.of('session') };
}

/** The filters, which stand in the address. */
export function LiveFilters() {
  const { manyOf, set } = useAddress();
  const chosen = manyOf('what', feedKinds);
  return (
    <Stack gap="sm" mb="md">
      <Group gap="xs" role="group" aria-label="What to show">
        <Chip.Group multiple value={chosen} onChange={(what) => set({ what })}>
          {feedKinds.map((kind) => (
            <Chip key={kind} value={kind} size="xs" variant="outline">
              {kind}
            </Chip>
          ))}
        </Chip.Group>
        {chosen.length === 0 && (
          <Text size="xs" c="dimmed">
            everything
          </Text>
        )}
      </Group>
      <Group align="flex-end">
        <ConnectorFilter />
        <TextFilter name="session" label="Session" placeholder="its id" w={160} />
      </Group>
    </Stack>
  );
}
