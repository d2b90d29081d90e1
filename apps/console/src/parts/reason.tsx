import { Code, Text } from '@mantine/core';

interface Given {
  code?: string | undefined;
  detail?: string | undefined;
}

/** Why something is as it is, in a sentence, with its code. */
export function Reason({ reason: { code, detail } }: { reason: Given }) {
  return (
    <>
      {detail} {code !== undefined && <Code>{code}</Code>}
    </>
  );
}

/** The same in a table: the code first, and below it as much of the sentence as fits. */
export function ReasonCell({ reason }: { reason: Given | undefined }) {
  if (reason?.code === undefined) return <Text size="sm">–</Text>;
  return (
    <div>
      <Text size="sm">{reason.code}</Text>
      <Text size="xs" c="dimmed" lineClamp={2} title={reason.detail} style={{ overflowWrap: 'anywhere' }}>
        {reason.detail}
      </Text>
    </div>
  );
}
