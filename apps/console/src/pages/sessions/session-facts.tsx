import { Code, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { SessionView } from '@trunkline/control-api';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.ts';
import { Facts } from '../../parts/facts.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { targetName } from '../../parts/target-name.ts';
import { When } from '../../parts/when.tsx';
import { EditPersona } from './edit-persona.tsx';
import { EditScope } from './edit-scope.tsx';
import { EditTargets } from './edit-targets.tsx';

/** What is known of a session beside its conversation, with what an admin may change. */
export function SessionFacts({ session, etag }: { session: SessionView; etag: string | undefined }) {
  const { may } = useSession();
  const { session_id, connector, created_at, ended_at, last_turn_at, persona_id, state } = session;
  const { capability_scope, credential_scope, reply_targets, binding_keys } = session;
  const editable = { session, etag };
  const mayChange = may('admin') && state === 'active';
  return (
    <Stack gap="sm">
      <Part title="About">
        <Facts
          facts={{
            'Made by': connector ? `${connector.kind}/${connector.name}` : 'an operator',
            Made: <When at={created_at} />,
            'Last turn': <When at={last_turn_at} />,
            Ended: ended_at && <When at={ended_at} />,
          }}
        />
        <PlaceLink to={`/deliveries?session=${encodeURIComponent(session_id)}`}>Its deliveries</PlaceLink>
      </Part>
      <Part title="Persona" action={mayChange && <EditPersona {...editable} />}>
        <Text size="sm">{persona_id ?? 'None: consumers choose.'}</Text>
      </Part>
      <Part title="Reply targets" action={mayChange && <EditTargets {...editable} />}>
        <Lines lines={reply_targets.map(targetName)} none="None: what has no target of its own stays in the session." />
      </Part>
      <Part title="Binding keys">
        <Lines lines={binding_keys} none="None: nothing leads to it but its id." />
      </Part>
      <Part title="Capability scope" action={mayChange && <EditScope {...editable} which="capability" />}>
        <Scope scope={capability_scope} />
      </Part>
      <Part title="Credential scope" action={mayChange && <EditScope {...editable} which="credential" />}>
        <Scope scope={credential_scope} />
      </Part>
    </Stack>
  );
}

function Part({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h6">
          {title}
        </Title>
        {action}
      </Group>
      {children}
    </Paper>
  );
}

function Lines({ lines, none }: { lines: readonly string[]; none: string }) {
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <List size="sm" listStyleType="none" style={{ overflowWrap: 'anywhere' }}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}

function Scope({ scope }: { scope: SessionView['capability_scope'] }) {
  const lists = Object.entries(scope).filter(([, names]) => names && names.length > 0);
  if (lists.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing is restricted.
      </Text>
    );
  return (
    <Facts
      facts={Object.fromEntries(
        lists.map(([list, names = []]) => [
          list.replaceAll('_', ' '),
          <Group key={list} gap={4}>
            {names.map((name) => (
              <Code key={name}>{name}</Code>
            ))}
          </Group>,
        ]),
      )}
    />
  );
}
