import { Text } from '@mantine/core';
import { useList } from '../../api/use-operation.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { useAddress } from '../../parts/use-address.ts';
import { Conversation } from './conversation.tsx';
import { PlaceBar, usePlace } from './place-bar.tsx';

/** A chat through an http connector: no account is needed, and it goes the whole way. */
export function Playground() {
  return (
    <>
      <PageHeader title="Playground" about="Talk to your agents without any account." />
      <Chat />
    </>
  );
}

function Chat() {
  const list = useList('listConnectors', { query: { kind: 'http', limit: 500 } });
  const wanted = useAddress().of('name');
  // Others take payloads that only their callers know.
  const usable = list.items.filter(({ config }) => config['payload_format'] === 'native');
  const chosen =
    usable.find(({ name }) => name === wanted) ?? usable.find(({ state }) => state === 'ready') ?? usable[0];
  const place = usePlace();
  if (list.isPending || (list.error && !chosen))
    return <Loading error={list.error} retry={() => void list.refetch()} />;
  if (!chosen)
    return (
      <Empty title="There is no connector to talk through">
        The playground needs an http connector with the native payload format. It needs no account anywhere.{' '}
        <PlaceLink to="/connectors" underline="always">
          Make one
        </PlaceLink>
      </Empty>
    );
  return (
    <>
      <PlaceBar connectors={usable.map(({ name }) => name)} connector={chosen.name} place={place} />
      <Text size="sm" c="dimmed" mb="md">
        The real way, from end to end: the gateway posts what you write to its own ingress with the secrets of http/
        {chosen.name}, as a caller would. Answers are shown here, and also go {targetsText(chosen.config)}.
      </Text>
      <Conversation key={`${chosen.name} ${place.session}`} connector={chosen.name} place={place} />
    </>
  );
}

/** Where answers go besides this page. */
function targetsText(config: Readonly<Record<string, unknown>>): string {
  const targets = config['default_reply_targets'];
  const count = Array.isArray(targets) ? targets.length : 0;
  if (count === 0) return 'nowhere else, as it has no reply targets';
  return count === 1 ? 'to its reply target' : `to its ${count} reply targets`;
}
