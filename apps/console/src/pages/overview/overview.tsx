import { Alert, List, SimpleGrid } from '@mantine/core';
import type { Overview as Answer } from '@trunkline/control-api';
import { useOperation } from '../../api/use-operation.ts';
import { Loading } from '../../parts/loading.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Charts } from './charts.tsx';
import { Figures } from './figures.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Connectors, Processes, Streams } from './panels.tsx';

/** How the installation is: what runs, what waits, what happened in the last hour. */
export function Overview() {
  const { data, error, isPending, refetch } = useOperation('getOverview', {}, { everyMs: 5_000 });
  return (
    <>
      <PageHeader
        title="Overview"
        about="What the gateways report, a few seconds old. The charts show the last hour."
      />
      {Boolean(error) && <Problem error={error} retry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && <Told overview={data.body} />}
    </>
  );
}

function Told({ overview }: { overview: Answer }) {
  const { problems, streams, connectors } = overview;
  const isFresh = streams.every(({ stream, messages }) => stream !== 'EVENTS' || messages === 0);
  const hasConnectors = Object.values(connectors).some((count) => count > 0);
  return (
    <>
      {problems.length > 0 && <Missing problems={problems} />}
      {isFresh && <FirstSteps hasConnectors={hasConnectors} />}
      <Figures overview={overview} />
      <Charts overview={overview} />
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Connectors overview={overview} />
        <Processes overview={overview} />
        <Streams overview={overview} />
      </SimpleGrid>
    </>
  );
}

function Missing({ problems }: Pick<Answer, 'problems'>) {
  return (
    <Alert color="red" variant="outline" title="A part that is needed does not run" role="alert" mb="md">
      <List size="sm">
        {problems.map(({ part, detail, fix }) => (
          <List.Item key={part}>
            {detail} {fix}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
