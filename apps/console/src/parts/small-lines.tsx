import { Text } from '@mantine/core';

/** What stands small below a text, each in a line of its own. */
export const SmallLines = ({ lines }: { lines: readonly string[] }) =>
  lines.map((line) => (
    <Text key={line} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {line}
    </Text>
  ));
