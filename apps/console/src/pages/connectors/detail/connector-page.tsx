import { Alert, Group, Stack, Text } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import { useSession } from '../../../api/session.ts';
import { useOperation } from '../../../api/use-operation.ts';
import { Loading } from '../../../parts/loading.tsx';
import { Facts } from '../../../parts/facts.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { When } from '../../../parts/when.tsx';
import type { ConnectorKind } from '../../../api/connector-kind.ts';
import { SourceBadge } from '../list/columns.tsx';
import { Actions } from './actions.tsx';
import { LivePanel } from './live-panel.tsx';
import { SecretsPanel } from './secrets-panel.tsx';
import { SidecarLog } from './sidecar-log.tsx';
import { valuesInWords } from './values-in-words.ts';

/** One connector: how it is, what it is, and what can be done with it. */
export function ConnectorPage({ kind, name }: { kind: ConnectorKind; name: string }) {
  const { data, error, refetch } = useOperation('getConnector', { params: { kind, name } }, { everyMs: 3_000 });
  if (!data)
    return (
      <>
        <PageHeader title={`${kind}/${name}`} />
        <Loading error={error} retry={() => void refetch()} />
      </>
    );
  const view = data.body;
  return (
    <>
      <PageHeader title={`${kind}/${name}`} about={<Summary view={view} />}>
        <Actions view={view} />
      </PageHeader>
      <Stack>
        {error && <Problem error={error} retry={() => void refetch()} />}
        {view.reason !== undefined && <Reason view={view} />}
        {view.source === 'file' && (
          <Alert color="gray" variant="outline" title="It is in the connectors file">
            Nothing here changes it: edit the file, which applies at once. Secrets in the store can be rotated.
          </Alert>
        )}
        <LivePanel view={view} />
        <SecretsPanel view={view} />
        <Fields config={view.config} />
        <LogWhereThereIsOne view={view} />
      </Stack>
    </>
  );
}

function Summary({ view }: { view: ConnectorView }) {
  return (
    <Group gap="xs" mt={4}>
      <StateBadge state={view.state} />
      {view.source === 'file' && <SourceBadge />}
      <Text size="sm">{inSyncInWords(view)}</Text>
      {view.updated_at !== undefined && (
        <Text size="sm" component="span">
          Changed <When at={view.updated_at} />
        </Text>
      )}
    </Group>
  );
}

function inSyncInWords({ in_sync: inSync, live }: ConnectorView): string {
  const { length } = live.gateways;
  if (length === 0) return 'No gateway reports it.';
  const gateways = length === 1 ? '1 gateway works' : `${length} gateways work`;
  return inSync ? `${gateways} with what is shown here.` : 'A change is on its way to the gateways.';
}

function Reason({ view }: { view: ConnectorView }) {
  return (
    <Alert color="orange" variant="outline" title={`Why it is ${view.state}`}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {view.reason}
      </Text>
    </Alert>
  );
}

/** Every field with what counts now, defaults among them. */
function Fields({ config: { name: _, ...fields } }: Pick<ConnectorView, 'config'>) {
  return (
    <Panel title="Fields">
      <Facts facts={valuesInWords(fields)} labelWidth="40%" />
    </Panel>
  );
}

function LogWhereThereIsOne({ view }: { view: ConnectorView }) {
  const { may } = useSession();
  const runsProcess = view.config['mode'] === 'child_process';
  return runsProcess && may('operator') ? <SidecarLog kind={view.kind} name={view.name} /> : undefined;
}
