import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { ControlRefusedError } from '@trunkline/control-api';

/** What went wrong and what to do about it, as the API says it. */
export function Problem({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { title, detail, code } = describe(error);
  return (
    <Alert color="red" variant="outline" title={title} role="alert">
      <Text size="sm">{detail}</Text>
      <Group mt="xs" gap="xs">
        {code !== undefined && <Code>{code}</Code>}
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}

interface Described {
  title: string;
  detail: string;
  code?: string;
}

function describe(error: unknown): Described {
  if (error instanceof ControlRefusedError) {
    const { title, detail, code } = error.problem;
    return { title, detail, code };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'The control plane does not answer', detail };
}
