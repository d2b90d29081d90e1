import { Box, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import type { ReactNode } from 'react';
import { Facts } from '../../../parts/facts.tsx';
import { durationOfSeconds, share } from '../../../parts/figures-in-words.ts';
import { Panel } from '../../../parts/panel.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { When } from '../../../parts/when.tsx';
import { valuesInWords } from './values-in-words.ts';

/** What the gateways tell of a connector now. */
export function LivePanel({ view: { live } }: { view: ConnectorView }) {
  return (
    <Panel title="Now">
      <Stack>
        <SimpleGrid cols={{ base: 2, xs: 3, lg: 6 }}>
          <Figure label="Last event" value={<When at={live.last_event_at} />} />
          <Figure label="Last delivery" value={<When at={live.last_delivery_at} />} />
          <Figure label="Oldest waits" value={durationOfSeconds(live.backlog_age_seconds)} />
          <Figure label="Events refused" value={share(live.event_error_rate)} />
          <Figure label="Calls failed" value={share(live.delivery_error_rate)} />
          <Figure label="Lease" value={live.lease_holder ?? '–'} />
        </SimpleGrid>
        <Traffic traffic={live.traffic} />
        {live.details && <Facts facts={valuesInWords(live.details)} labelWidth="40%" />}
        <Gateways gateways={live.gateways} />
      </Stack>
    </Panel>
  );
}

function Figure({ label, value }: { label: string; value: ReactNode }) {
  return (
    <Box>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
        {value}
      </Text>
    </Box>
  );
}

const counted = ['accepted', 'duplicate', 'ignored', 'rejected', 'errors', 'delivered', 'failed'] as const;

function Traffic({ traffic }: Pick<ConnectorView['live'], 'traffic'>) {
  return (
    <Text size="sm">
      <Text span size="sm" c="dimmed">
        In five minutes:{' '}
      </Text>
      {counted.map((name) => `${traffic[name]} ${name}`).join(', ')}.
    </Text>
  );
}

function Gateways({ gateways }: Pick<ConnectorView['live'], 'gateways'>) {
  if (gateways.length === 0) return undefined;
  return (
    <Box component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Gateways">
      {gateways.map(({ gateway, state, reason, heard_at: at }) => (
        <Group component="li" key={gateway} gap="xs" py={2}>
          <StateBadge state={state} />
          <Text size="sm">{gateway}</Text>
          <Text size="sm" c="dimmed" component="span">
            heard <When at={at} />
            {reason !== undefined && `: ${reason}`}
          </Text>
        </Group>
      ))}
    </Box>
  );
}
