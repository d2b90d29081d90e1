import { Group, Text } from '@mantine/core';
import type { TurnView } from '@trunkline/control-api';
import { readEvent } from '@trunkline/events';
import { JsonView } from '../../parts/json-view.tsx';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { fileName } from '../../parts/said.ts';
import { Reason } from '../../parts/reason.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { When } from '../../parts/when.tsx';
import classes from './conversation.module.css';
import { LongText } from './long-text.tsx';

/** What came in: who said it, what, and what became of it. */
export function TurnBubble({
  turn,
  answers,
  death,
}: {
  turn: TurnView;
  answers: number;
  death: { code: string; detail: string } | undefined;
}) {
  const { event, connector, turn_id, at } = turn;
  const read = readEvent(event);
  const { actor, content } = read.ok ? read.value.data : {};
  const who = actor?.name ?? actor?.id ?? 'somebody';
  const address = paths.event({ connector, event_id: event.id });
  return (
    <article className={`${classes.saying} ${classes.turn}`} aria-label={`Turn of ${who}`}>
      <Group gap="xs" mb={2}>
        <Text size="sm" fw={600}>
          {who}
        </Text>
        <Text size="xs" c="dimmed">
          {what(event.type, `${connector.kind}/${connector.name}`)}
        </Text>
        <Text component="div" size="xs" c="dimmed">
          <When at={at} />
        </Text>
      </Group>
      {content && <LongText text={content.text} />}
      {!content && read.ok && <JsonView value={read.value.data.metadata} label="What came in" maxHeight={160} />}
      {content?.attachments?.map((file) => (
        <Text key={file.asset_id} size="xs" c="dimmed">
          File: {fileName(file)}
        </Text>
      ))}
      <Group gap="xs" mt={4}>
        <TurnState answers={answers} death={death} />
        <PlaceLink to={address} size="xs" label={`Event of turn ${turn_id}`}>
          Event
        </PlaceLink>
      </Group>
      {death && (
        <Text size="xs" c="dimmed">
          <Reason reason={death} />
        </Text>
      )}
    </article>
  );
}

/** `operator input` for what an operator said here; the type where it is not simply something said. */
function what(type: string, connector: string): string {
  const from = connector === 'http/_' ? 'operator input' : connector;
  const kind = type.replace('trunkline.', '').replace('.', ' ');
  return kind === 'message created' || kind === 'domain event' ? from : `${from}, ${kind}`;
}

function TurnState({ answers, death }: { answers: number; death: object | undefined }) {
  if (death) return <StateBadge state="dead" />;
  return (
    <Text size="xs" c="dimmed">
      {answers === 0 ? 'no answer yet' : `answered${answers > 1 ? ` (${answers} outputs)` : ''}`}
    </Text>
  );
}
