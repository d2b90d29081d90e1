import { Code, Group, List, Stack, Text } from '@mantine/core';
import type { SessionView } from '@trunkline/control-api';
import { useSession } from '../../api/session.ts';
import { Facts } from '../../parts/facts.tsx';
import { Panel } from '../../parts/panel.tsx';
import { paths } from '../../parts/paths.ts';
import { ConnectorLink, PlaceLink } from '../../parts/place-link.tsx';
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
      <Panel title="About">
        <Facts
          facts={{
            'Made by': connector ? <ConnectorLink connector={connector} /> : 'an operator',
            Made: <When at={created_at} />,
            'Last turn': <When at={last_turn_at} />,
            Ended: ended_at && <When at={ended_at} />,
          }}
        />
        <PlaceLink to={paths.deliveries({ session: session_id })}>Its deliveries</PlaceLink>
      </Panel>
      <Panel title="Persona" actions={mayChange && <EditPersona {...editable} />}>
        <Text size="sm">{persona_id ?? 'None: consumers choose.'}</Text>
      </Panel>
      <Panel title="Reply targets" actions={mayChange && <EditTargets {...editable} />}>
        <Lines lines={reply_targets.map(targetName)} none="None: what has no target of its own stays in the session." />
      </Panel>
      <Panel title="Binding keys">
        <Lines lines={binding_keys} none="None: nothing leads to it but its id." />
      </Panel>
      <Panel title="Capability scope" actions={mayChange && <EditScope {...editable} which="capability" />}>
        <Scope scope={capability_scope} />
      </Panel>
      <Panel title="Credential scope" actions={mayChange && <EditScope {...editable} which="credential" />}>
        <Scope scope={credential_scope} />
      </Panel>
    </Stack>
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
