import { Box, SimpleGrid } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { control } from '../../api/control.ts';
import { useSession } from '../../api/session.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Explanation } from './explanation.tsx';
import { RequestForm, type AskedRequest } from './request-form.tsx';

/** A form for a request, and beside it what the request would come to. */
export function ExplainRequest() {
  const session = useSession();
  const explain = useMutation({
    mutationFn: ({ kind, name, body, headers, query }: AskedRequest) =>
      session.may('operator')
        ? control.call('explainRequest', { body: { kind, name, body, headers, query } })
        : control.call('explain', { query: { kind, name, body } }),
  });
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <RequestForm onAsk={explain.mutate} asking={explain.isPending} withHeaders={session.may('operator')} />
      <Box aria-live="polite">
        {explain.error && <Problem error={explain.error} />}
        {explain.data && !explain.error && <Explanation explanation={explain.data.body} />}
        {explain.isIdle && (
          <Empty title="What would become of it?">
            Paste what the platform would post. The connector&#39;s gateway reads it as it would read the real one.
          </Empty>
        )}
      </Box>
    </SimpleGrid>
  );
}
