import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { Overview } from '@trunkline/control-api';
import type { ReactNode } from 'react';
import { counted, duration, perMinute, shortCount } from '../../parts/figures-in-words.ts';
import { PlaceLink } from '../../parts/place-link.tsx';

/** The figures of now, each with what it is made of. */
export function Figures({ overview }: { overview: Overview }) {
  const { recent, deliveries, events_waiting: events } = overview;
  const { accepted, rejected, errors, delivered, failed, seconds } = recent;
  return (
    <SimpleGrid
      component="section"
      cols={{ base: 2, sm: 3, lg: 6 }}
      mb="md"
      aria-label="Figures of the last five minutes"
    >
      <Figure label="Events per minute" value={perMinute(accepted, seconds)} alarming={errors > 0}>
        {counted(accepted, 'event')} in 5 min
        {rejected > 0 && `, ${shortCount(rejected)} rejected`}
        {errors > 0 && `, ${shortCount(errors)} not stored`}
      </Figure>
      <Figure label="Deliveries per minute" value={perMinute(delivered, seconds)}>
        {counted(delivered, 'delivery', 'deliveries')} in 5 min
        {failed > 0 && `, ${counted(failed, 'failed call')}`}
      </Figure>
      <Figure label="Storing, p99" value={duration(recent.store_p99_ms)}>
        for 99 of 100 events
      </Figure>
      <Figure label="Delivering, p99" value={duration(recent.delivery_p99_ms)}>
        for 99 of 100 deliveries
      </Figure>
      <Figure label="Waiting" value={shortCount(deliveries.waiting)}>
        {waitingWords(overview)}
        {events > 0 && `; ${counted(events, 'event')} to route`}
      </Figure>
      <DeadLetters deliveries={deliveries} />
    </SimpleGrid>
  );
}

function waitingWords({ at, deliveries: { oldest_waiting_since: since, parked } }: Overview): string {
  const oldest =
    since === undefined ? 'deliveries' : `oldest ${duration(Math.max(0, Date.parse(at) - Date.parse(since)))}`;
  return parked > 0 ? `${oldest}, ${shortCount(parked)} parked` : oldest;
}

function DeadLetters({ deliveries: { dead, expired, unknown } }: Pick<Overview, 'deliveries'>) {
  return (
    <Figure
      label="Dead letters"
      value={
        <PlaceLink to="/deliveries/dead-letters" inherit c={dead > 0 ? undefined : 'inherit'}>
          {shortCount(dead)}
        </PlaceLink>
      }
      alarming={dead > 0}
    >
      {expired + unknown === 0
        ? 'unresolved, of 48 h'
        : [expired > 0 && `${shortCount(expired)} expired`, unknown > 0 && `${shortCount(unknown)} unknown`]
            .filter(Boolean)
            .join(', ')}
    </Figure>
  );
}

function Figure(parts: { label: string; value: ReactNode; alarming?: boolean; children: ReactNode }) {
  const { label, value, alarming = false, children } = parts;
  return (
    <Paper
      withBorder
      p="sm"
      role="group"
      aria-label={label}
      style={{ borderTop: `3px solid var(--mantine-color-${alarming ? 'red-6' : 'blue-6'})` }}
    >
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fz={26} fw={600} lh={1.3} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </Paper>
  );
}
