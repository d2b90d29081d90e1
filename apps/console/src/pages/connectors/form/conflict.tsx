import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Problem } from '../../../parts/problem.tsx';
import type { ConnectorForm } from './use-connector-form.ts';

/** Somebody else saved the connector while this form was open. */
export function Conflict({ form }: { form: ConnectorForm }) {
  const takeOver = useMutation({ mutationFn: form.takeOver });
  const mine = Object.keys(form.change).join(', ');
  return (
    <Alert color="orange" variant="outline" role="alert" title="Somebody else changed this connector meanwhile">
      <Stack gap="xs">
        <Text size="sm">
          Nothing was written. Load their version: what you entered ({mine}) stays, everything else becomes as they left
          it. Then review it again.
        </Text>
        {takeOver.error && <Problem error={takeOver.error} />}
        <Group>
          <Button size="compact-sm" loading={takeOver.isPending} onClick={() => takeOver.mutate()}>
            Load their version, keep my changes
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
