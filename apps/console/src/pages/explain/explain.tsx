import { Tabs } from '@mantine/core';
import { PageHeader } from '../../parts/page-header.tsx';
import { useAddress } from '../../parts/use-address.ts';
import { ExplainEvent } from './explain-event.tsx';
import { ExplainRequest } from './explain-request.tsx';

const tabs = ['request', 'event'] as const;

/** What would become of a request, and what became of an event. */
export function Explain() {
  const { of, oneOf, set } = useAddress();
  const shown = oneOf('of', tabs) ?? (of('event') === undefined ? 'request' : 'event');
  return (
    <>
      <PageHeader
        title="Explain"
        about="What a request would come to, or what an event came to, and why. Nothing is stored or sent."
      />
      <Tabs value={shown} onChange={(next) => set({ of: next ?? undefined })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="request">A request</Tabs.Tab>
          <Tabs.Tab value="event">An event that happened</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="request">
          <ExplainRequest />
        </Tabs.Panel>
        <Tabs.Panel value="event">
          <ExplainEvent />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
