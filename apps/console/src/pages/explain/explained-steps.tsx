import { Code, List, Stack, Text } from '@mantine/core';
import type { Explanation } from '@trunkline/control-api';
import { paths } from '../../parts/paths.ts';
import { ConnectorLink, PlaceLink } from '../../parts/place-link.tsx';
import { Reason } from '../../parts/reason.tsx';
import type { Step } from '../../parts/steps.tsx';

type Explained = Explanation['events'][number];

const admissionStates: Readonly<Record<string, Step['state']>> = { admitted: 'done', refused: 'failed' };
const admissionTitles: Readonly<Record<string, string>> = {
  admitted: 'It is let in',
  refused: 'It is refused',
  not_judged: 'Whether it is let in is not judged',
};

/** Whether a request would be let in. */
export function admissionStep({ outcome, code, reason }: Explanation['admission'], at: Explanation['connector']): Step {
  return {
    title: admissionTitles[outcome] ?? outcome,
    state: admissionStates[outcome] ?? 'skipped',
    detail: (
      <>
        <ConnectorLink connector={at} />: <Reason reason={{ code, detail: reason }} />
      </>
    ),
  };
}

/** The way of one event: stored, session, turn, answers. */
export function eventSteps(event: Explained): Step[] {
  const { session, turn_subject, output_subject, replies } = event;
  const steps = [storedStep(event)];
  if (session) steps.push(sessionStep(session));
  if (turn_subject !== undefined)
    steps.push({ title: 'It becomes a turn', state: 'done', detail: <Code>{turn_subject}</Code> });
  if (replies) steps.push(repliesStep(replies, output_subject));
  return steps;
}

const storedTitles = {
  no: 'It becomes an event',
  duplicate: 'It is stored already: this would be a duplicate',
  conflict: 'Another event has this id: this would be refused',
} as const;

function storedStep({ outcome, event_id, conversation, code, reason, stored = 'no', notes = [] }: Explained): Step {
  if (outcome !== 'event')
    return {
      title: outcome === 'ignored' ? 'It is ignored, and not stored' : 'It is refused: it is not well-formed',
      state: outcome === 'ignored' ? 'skipped' : 'failed',
      detail: <Reason reason={{ code, detail: reason }} />,
    };
  return {
    title: storedTitles[stored],
    state: stored === 'conflict' ? 'failed' : 'done',
    detail: (
      <Stack gap={2}>
        <span>
          id <Code>{event_id}</Code>
        </span>
        <span>
          conversation <Code>{conversation}</Code>
        </span>
        {notes.map((note) => (
          <Text key={note} size="sm" c="dimmed">
            {note}
          </Text>
        ))}
      </Stack>
    ),
  };
}

const deciders: Readonly<Record<string, string>> = {
  fixed_session_id: 'All events of the connector belong to it: fixed_session_id.',
  requested_session_id: 'The payload names it: session_id.',
  binding_key: 'A binding key leads to it:',
  natural_session_id: 'No key leads to a session yet: it is named after the conversation.',
};

function sessionStep(session: NonNullable<Explained['session']>): Step {
  const { outcome, decided_by, binding_key, session_id, would_create, would_bind, foreign_keys, reason, code } =
    session;
  if (outcome === 'skip')
    return {
      title: 'It finds no session, and becomes no turn',
      state: 'failed',
      detail: <Reason reason={{ code, detail: reason }} />,
    };
  return {
    title: would_create ? 'A session is made for it' : 'Its session exists already',
    state: 'done',
    detail: (
      <Stack gap={2}>
        {session_id !== undefined && <SessionName id={session_id} exists={!would_create} />}
        <span>
          {deciders[decided_by]} {binding_key !== undefined && <Code>{binding_key}</Code>}
        </span>
        <Keys title="Keys that would be bound to it" keys={would_bind} />
        <Keys title="Keys that stay with other sessions" keys={foreign_keys} />
      </Stack>
    ),
  };
}

function SessionName({ id, exists }: { id: string; exists: boolean }) {
  if (!exists) return <Code>{id}</Code>;
  return <PlaceLink to={paths.session(id)}>{id}</PlaceLink>;
}

function Keys({ title, keys }: { title: string; keys: readonly string[] }) {
  if (keys.length === 0) return null;
  return (
    <span>
      {title}:{' '}
      {keys.map((key) => (
        <Code key={key}>{key}</Code>
      ))}
    </span>
  );
}

function repliesStep({ from, targets }: NonNullable<Explained['replies']>, outputs: string | undefined): Step {
  const said = {
    event: 'To the targets that the event names.',
    session: 'To the default targets of the session.',
    nowhere: '',
  };
  return {
    title: from === 'nowhere' ? 'Answers stay in the session' : 'Answers are delivered',
    state: from === 'nowhere' ? 'skipped' : 'done',
    detail: (
      <Stack gap={2}>
        {said[from] !== '' && <span>{said[from]}</span>}
        <List size="sm" listStyleType="none">
          {targets.map(({ target, delivery_subject }) => (
            <List.Item key={delivery_subject + JSON.stringify(target)}>
              <Code>{JSON.stringify(target)}</Code>
            </List.Item>
          ))}
        </List>
        {outputs !== undefined && (
          <span>
            consumers publish them on <Code>{outputs}</Code>
          </span>
        )}
      </Stack>
    ),
  };
}
