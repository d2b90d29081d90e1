import { kindOf } from '../../api/connector-kind.ts';
import { Redirect, Route, Switch } from 'wouter';
import { ConnectorPage } from './detail/connector-page.tsx';
import { EditPage } from './form/edit-page.tsx';
import { NewPage } from './form/new-page.tsx';
import { ListPage } from './list/list-page.tsx';
import { SecretsPage } from './secrets/secrets-page.tsx';

/** All connectors, one of them, its form, and the secret store. */
export function Connectors() {
  return (
    <Switch>
      <Route path="/connectors" component={ListPage} />
      <Route path="/connectors/new" component={NewPage} />
      <Route path="/connectors/secrets" component={SecretsPage} />
      <Route path="/connectors/:kind/:name">{(place) => <OfConnector place={place} page={ConnectorPage} />}</Route>
      <Route path="/connectors/:kind/:name/edit">{(place) => <OfConnector place={place} page={EditPage} />}</Route>
      <Route>
        <Redirect to="/connectors" replace />
      </Route>
    </Switch>
  );
}

type Page = typeof ConnectorPage;

function OfConnector({ place: { kind, name }, page: Page }: { place: { kind: string; name: string }; page: Page }) {
  const known = kindOf(kind);
  return known ? <Page key={`${kind}/${name}`} kind={known} name={name} /> : <Redirect to="/connectors" replace />;
}
