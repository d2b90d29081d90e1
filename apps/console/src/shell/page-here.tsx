import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { pages } from '../pages/pages.ts';
import { Empty } from '../parts/empty.tsx';
import { Loading } from '../parts/loading.tsx';
import { PlaceLink } from '../parts/place-link.tsx';
import { PageBoundary } from './page-boundary.tsx';

/** The page that the address names; its code is loaded when it is first opened. */
export function PageHere() {
  const [location] = useLocation();
  return (
    // Another page may well be there: the boundary begins anew with each.
    <PageBoundary key={location.split('/', 2).join('/')}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {pages.map(({ path, page: Page }) => (
            <Route key={path} path={path === '/' ? '/' : `${path}/*?`}>
              <Page />
            </Route>
          ))}
          <Route>
            <Empty title="There is no such page">
              <PlaceLink to="/">To the overview</PlaceLink>
            </Empty>
          </Route>
        </Switch>
      </Suspense>
    </PageBoundary>
  );
}
