import { Anchor, Center, Loader } from '@mantine/core';
import { Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import { pages } from '../pages/pages.ts';
import { Empty } from '../parts/empty.tsx';

/** The page that the address names; its code is loaded when it is first opened. */
export function PageHere() {
  return (
    <Suspense fallback={<Waiting />}>
      <Switch>
        {pages.map(({ path, page: Page }) => (
          <Route key={path} path={path === '/' ? '/' : `${path}/*?`}>
            <Page />
          </Route>
        ))}
        <Route>
          <Empty title="There is no such page">
            <Anchor component={Link} href="/">
              To the overview
            </Anchor>
          </Empty>
        </Route>
      </Switch>
    </Suspense>
  );
}

function Waiting() {
  return (
    <Center p="xl">
      <Loader aria-label="Loading" />
    </Center>
  );
}
