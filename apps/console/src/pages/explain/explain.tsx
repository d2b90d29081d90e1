import { Tabs } from '@mantine/core';
import { PageHeader } from '../../parts/page-header.tsx';
import { useAddressField } from '../../parts/use-address-field.ts';
import { ExplainEvent } from './explain-event.tsx';
import { ExplainRequest } from './explain-request.tsx';

/** What would become of a request, and what became of an event. */
export function Explain() {
  const [event] = useAddressField('event');
  const [tab, setTab] = useAddressField('of');
  const shown = tab || (event ? 'event' : 'request');
  return (
    <>
      <PageHeader
        title="Explain"
        about="What a request would come to, or what an event came to, and why. Nothing is stored or sent."
      />
      <Tabs value={shown} onChange={(next) => setTab(next ?? '')} keepMounted={false}>
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
