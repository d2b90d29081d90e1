import { Anchor, List, Paper, Text, Title } from '@mantine/core';
import { Link } from 'wouter';

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
          <Anchor component={Link} href="/connectors" size="sm">
            {hasConnectors ? 'your connectors' : 'a connector'}
          </Anchor>
          : one for each Slack app, Telegram bot, webhook or sidecar.
        </List.Item>
        <List.Item>
          Say something in the{' '}
          <Anchor component={Link} href="/playground" size="sm">
            Playground
          </Anchor>
          : it goes the whole way, and needs no account.
        </List.Item>
        <List.Item>
          Watch it pass in{' '}
          <Anchor component={Link} href="/live" size="sm">
            Live
          </Anchor>
          .
        </List.Item>
      </List>
      <Text size="xs" c="dimmed" mt="xs">
        npm start has printed a curl line that sends a first event, too.
      </Text>
    </Paper>
  );
}
