import { Tabs } from '@mantine/core';
import { Route, Switch, useLocation } from 'wouter';
import { PageHeader } from '../../parts/page-header.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { DeliveryPage } from './delivery-page.tsx';
import { EventList } from './events/event-list.tsx';
import { EventPage } from './events/event-page.tsx';
import { views, type View } from './views.ts';

/** What goes out, and what came in and became nothing: in lists, and one by one. */
export function Deliveries() {
  return (
    <Switch>
      {views.map((view) => (
        <Route key={view.path} path={view.path}>
          <Overview view={view} />
        </Route>
      ))}
      <Route path="/deliveries/events/:kind/:name/*?">
        {({ kind, name }) => <EventPage kind={kind} name={name} />}
      </Route>
      <Route>
        <DeliveryPage />
      </Route>
    </Switch>
  );
}

function Overview({ view }: { view: View }) {
  const [, goTo] = useLocation();
  return (
    <>
      <PageHeader title={view.title} about={view.about} />
      <Tabs value={view.path} onChange={(path) => path !== null && goTo(path)} keepMounted={false}>
        <Tabs.List mb="md">
          {views.map(({ path, label }) => (
            <Tabs.Tab key={path} value={path}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={view.path}>{'states' in view ? <DeliveryList view={view} /> : <EventList />}</Tabs.Panel>
      </Tabs>
    </>
  );
}
