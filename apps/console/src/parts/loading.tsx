import { Center, Loader } from '@mantine/core';
import { Problem } from './problem.tsx';

/** In place of what is being read: that it is, or why it could not be. */
export function Loading({ error, retry }: { error?: unknown; retry?: () => void }) {
  if (error) return <Problem error={error} retry={retry} />;
  return (
    <Center p="xl">
      <Loader aria-label="Loading" />
    </Center>
  );
}
