import { Route, Switch } from 'wouter';
import { SessionList } from './session-list.tsx';
import { SessionPage } from './session-page.tsx';

/** Sessions, and each with its conversation. */
export function Sessions() {
  return (
    <Switch>
      <Route path="/sessions">
        <SessionList />
      </Route>
      <Route>
        <SessionPage />
      </Route>
    </Switch>
  );
}
