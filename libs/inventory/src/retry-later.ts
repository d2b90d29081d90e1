/** Collects keys and hands them over together, `afterMs` after the first of them came. */
export function createRetryLater(afterMs: number, retry: (keys: readonly string[]) => void) {
  const keys = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  function handOver(): void {
    timer = undefined;
    const due = [...keys];
    keys.clear();
    retry(due);
  }

  return {
    add(key: string): void {
      keys.add(key);
      timer ??= setTimeout(handOver, afterMs).unref();
    },
    stop: (): void => clearTimeout(timer),
  };
}
