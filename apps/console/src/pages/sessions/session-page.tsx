import { Grid, Group, Stack, Text } from '@mantine/core';
import type { SessionView } from '@trunkline/control-api';
import { useSession } from '../../api/session.ts';
import { useOperation } from '../../api/use-operation.ts';
import { useIdInAddress } from '../../parts/use-id-in-address.ts';
import { Loading } from '../../parts/loading.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Conversation } from './conversation.tsx';
import { EndSession } from './end-session.tsx';
import { OperatorInput } from './operator-input.tsx';
import { SessionFacts } from './session-facts.tsx';

/** One session: its conversation, what is known of it, and what may be changed. */
export function SessionPage() {
  const sessionId = useIdInAddress('/sessions/');
  const { data, error, isPending, refetch } = useOperation('getSession', { params: { session_id: sessionId } });
  if (isPending) return <Loading />;
  if (!data)
    return (
      <>
        <PageHeader title={sessionId} about={<PlaceLink to="/sessions">All sessions</PlaceLink>} />
        <Loading error={error} retry={() => void refetch()} />
      </>
    );
  return <Loaded key={sessionId} session={data.body} etag={data.etag} />;
}

function Loaded({ session, etag }: { session: SessionView; etag: string | undefined }) {
  const { may } = useSession();
  const { session_id, state } = session;
  const isOpen = state === 'active' && may('operator');
  return (
    <>
      <PageHeader title={session_id} about={<Heading session={session} />}>
        {isOpen && <EndSession sessionId={session_id} etag={etag} />}
      </PageHeader>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <Conversation sessionId={session_id} />
            {isOpen && <OperatorInput session={session} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <SessionFacts session={session} etag={etag} />
        </Grid.Col>
      </Grid>
    </>
  );
}

function Heading({ session }: { session: SessionView }) {
  const { state, generation, persona_id } = session;
  return (
    <Group gap="xs">
      <StateBadge state={state} />
      {persona_id !== undefined && <Text size="sm">as {persona_id}</Text>}
      {generation > 1 && <Text size="sm">life {generation} of this id</Text>}
      <PlaceLink to="/sessions">All sessions</PlaceLink>
    </Group>
  );
}
