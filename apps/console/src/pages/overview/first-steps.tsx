import { List, Paper, Text, Title } from '@mantine/core';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';

/** On an installation that has seen no event yet: what to do first. */
export function FirstSteps({ hasConnectors }: { hasConnectors: boolean }) {
  return (
    <Paper withBorder p="md" mb="md">
      <Title order={3} size="h5" mb="xs">
        Nothing has come in yet
      </Title>
      <List size="sm" spacing={4} type="ordered">
        <List.Item>
          {hasConnectors ? 'Look at' : 'Make'}{' '}
          <PlaceLink to="/connectors">{hasConnectors ? 'your connectors' : 'a connector'}</PlaceLink>: one for each
          Slack app, Telegram bot, webhook or sidecar.
        </List.Item>
        <List.Item>
          Say something in the <PlaceLink to={paths.playground}>Playground</PlaceLink>: it goes the whole way, and needs
          no account.
        </List.Item>
        <List.Item>
          Watch it pass in <PlaceLink to="/live">Live</PlaceLink>.
        </List.Item>
      </List>
      <Text size="xs" c="dimmed" mt="xs">
        npm start has printed a curl line that sends a first event, too.
      </Text>
    </Paper>
  );
}
